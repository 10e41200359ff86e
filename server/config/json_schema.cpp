#include "config/json_schema.hpp"

#include "config/filter_keys.hpp"
#include "config/keys.hpp"
#include "config/methods.hpp"
#include "config/reference.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace patchbay {
namespace {

using detail::ValueKind;
using detail::ValueRules;
// Keeps the order of the key table, so that the file reads like the reference.
using Json = nlohmann::ordered_json;

constexpr const char* identifier_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";

Json whole_number(const ValueRules& rules) {
    return {{"type", "integer"}, {"minimum", rules.range.minimum}, {"maximum", rules.range.maximum}};
}

Json text_of_form(const std::string& pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json type_of(const ValueRules& rules);

Json one_or_list(const Json& one, std::size_t least) {
    return {{"anyOf", Json::array({one, {{"type", "array"}, {"items", one}, {"minItems", least}}})}};
}

// What must be there can't be null either.
template <class Owner>
void require_keys(Json& entry, std::span<const detail::ConfigKey<Owner>> keys) {
    for (const auto& key : keys) {
        const std::string name{key.path};
        if (key.default_text == detail::default_required) {
            entry["required"].push_back(name);
            if (key.rules.kind == ValueKind::texts) entry["properties"][name]["minItems"] = 1;
        } else if (key.default_text == detail::default_required_unless_file) {
            for (const auto& one : {name, std::string{"file"}})
                entry["anyOf"].push_back({{"required", Json::array({one})}});
        } else {
            continue;
        }
        entry["type"] = "object";
    }
}

// An empty section is null in YAML, and means the defaults.
Json mapping(std::string_view description) {
    return {{"type", Json::array({"object", "null"})},
            {"description", description},
            {"additionalProperties", false},
            {"properties", Json::object()}};
}

Json one_or_list_of_listeners() {
    const Json address = type_of({ValueKind::address, {}});
    Json entry{{"type", "object"}, {"additionalProperties", false}};
    for (const auto& key : detail::listener_keys()) {
        Json schema{
            {"description", std::string{key.summary} + " Default: " + std::string{key.default_text} + '.'}};
        schema.update(type_of(key.rules));
        const auto dot = key.path.find('.');
        if (dot == std::string_view::npos) {
            entry["properties"][std::string{key.path}] = std::move(schema);
            continue;
        }
        const std::string_view path = key.path.substr(0, dot);
        Json& section = entry["properties"][std::string{path}];
        if (section.is_null())
            section = mapping("What this listener says in place of " + std::string{path} + '.');
        section["properties"][std::string{key.path.substr(dot + 1)}] = std::move(schema);
    }
    require_keys(entry, detail::listener_keys());
    const Json item{{"anyOf", Json::array({address, std::move(entry)})}};
    return {{"anyOf", Json::array({address, {{"type", "array"}, {"items", item}, {"minItems", 1}}})}};
}

Json type_of(const ValueRules& rules) {
    switch (rules.kind) {
        case ValueKind::address:
            return text_of_form(
                "^((\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}|unix:.+|systemd(:[!-9;-~]+)?)$");
        case ValueKind::listeners:
            return one_or_list_of_listeners();
        case ValueKind::proxies:
            return one_or_list(text_of_form("^(unix|[0-9A-Fa-f:.]+(/[0-9]{1,3})?)$"), 0);
        case ValueKind::file_mode:
            // Without quotes a YAML 1.1 reader takes it for a number.
            return {{"anyOf", Json::array({text_of_form("^0?[0-7]{3}$"), {{"type", "integer"}}})}};
        case ValueKind::boolean:
            return {{"type", "boolean"}};
        case ValueKind::count:
            return whole_number(rules);
        case ValueKind::count_or_auto:
            return {{"anyOf", Json::array({{{"const", "auto"}}, whole_number(rules)})}};
        case ValueKind::duration:
            return text_of_form("^[0-9]+(ms|s|m|h)$");
        case ValueKind::size:
            return text_of_form("^[0-9]+(B|KiB|MiB|GiB|KB|MB|GB)$");
        case ValueKind::log_level:
            return {{"enum", detail::log_level_names()}};
        case ValueKind::access_format:
            return {{"enum", detail::access_format_names()}};
        case ValueKind::path:
            return {{"type", "string"}, {"minLength", 1}};
        case ValueKind::output:
        case ValueKind::optional_path:
            return {{"type", "string"}};
        case ValueKind::route_path:
            return text_of_form("^/[^?# \\t\\r\\n]*$");
        case ValueKind::handler:
            return text_of_form("^[A-Za-z_][A-Za-z0-9_]*\\.[A-Za-z_][A-Za-z0-9_]*$");
        case ValueKind::methods:
            return {{"type", "array"},
                    {"items", Json::object({{"enum", detail::method_names()}})},
                    {"minItems", 1},
                    {"uniqueItems", true}};
        case ValueKind::redirect_target:
            return text_of_form("^(/|https?://)[!-~]*$");
        case ValueKind::route_prefix:
            return text_of_form("^/[^?# \\t\\r\\n]*[^/?# \\t\\r\\n]$");
        case ValueKind::host_pattern:
            return text_of_form("^((\\*\\.)?[a-z0-9_][-a-z0-9_.]*|\\[[0-9a-f:.]+\\])$");
        case ValueKind::routes:
            return {{"type", Json::array({"array", "null"})}};
        case ValueKind::slash_policy:
            return {{"enum", {"strict", "redirect"}}};
        case ValueKind::text:
            return {{"type", "string"}};
        case ValueKind::header_name:
            return text_of_form("^[-A-Za-z0-9!#$%&'*+.^_`|~]*$");
        case ValueKind::texts:
            return {{"type", "array"}, {"items", {{"type", "string"}}}};
        case ValueKind::text_map:
            return {{"type", Json::array({"object", "null"})},
                    {"additionalProperties", {{"type", "string"}}}};
        case ValueKind::filter_names:
            return {{"type", Json::array({"array", "null"})},
                    {"items", text_of_form("^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$")},
                    {"uniqueItems", true}};
        case ValueKind::file:
            return {{"type", "string"}, {"minLength", 1}};
    }
    return Json::object();
}

Json default_of(const detail::ConfigKey<Config>& key) {
    const auto text = default_value(key);
    if (key.rules.kind == ValueKind::boolean) return text == "true";
    if (key.rules.kind == ValueKind::proxies) return Json::array();
    const bool is_count =
        key.rules.kind == ValueKind::count || (key.rules.kind == ValueKind::count_or_auto && text != "auto");
    if (is_count) return std::stoull(text);
    return text == "\"\"" ? Json("") : Json(text);
}

/// The schema of the mapping at `path`, made on the way if need be.
Json& section_at(Json& root, std::string_view path) {
    auto* section = &root;
    for (std::size_t start = 0; start < path.size();) {
        const auto dot = std::min(path.find('.', start), path.size());
        section = &(*section)["properties"][std::string{path.substr(start, dot - start)}];
        start = dot + 1;
    }
    return *section;
}

void add_key(Json& root, const detail::ConfigKey<Config>& key) {
    auto description = std::string{key.summary};
    if (!key.effect.empty()) description += ' ' + detail::effect_sentence(key.rules, key.effect);
    Json schema{{"description", description}};
    schema.update(type_of(key.rules));
    schema["default"] = default_of(key);
    section_at(root, key.path) = std::move(schema);
}

// "Default: ..." stands in the description, since it is not always a value.
template <class Owner>
void add_described_keys(Json& entry, std::span<const detail::ConfigKey<Owner>> keys) {
    for (const auto& key : keys) {
        auto description = std::string{key.summary} + " Default: " + std::string{key.default_text} + '.';
        // The effects of a route's keys are those of the keys that they stand in for.
        if (!std::is_same_v<Owner, RouteConfig> && !key.effect.empty())
            description += ' ' + detail::effect_sentence(key.rules, key.effect);
        Json schema{{"description", description}};
        schema.update(type_of(key.rules));
        entry["properties"][std::string{key.path}] = std::move(schema);
    }
}

Json errors_schema() {
    return {{"type", Json::array({"object", "null"})},
            {"description", detail::errors_summary},
            {"patternProperties", {{"^[45][0-9][0-9]$", type_of({ValueKind::file, {}})}}},
            {"additionalProperties", false}};
}

Json filters_schema() {
    auto filter = mapping("One filter: its kind, and the settings of that.");
    filter["type"] = "object";
    filter["minProperties"] = 1;
    filter["maxProperties"] = 1;
    detail::for_each_filter_kind([&](const auto& kind) {
        auto settings = mapping(kind.summary);
        add_described_keys(settings, kind.keys);
        require_keys(settings, kind.keys);
        filter["properties"][std::string{kind.name}] = std::move(settings);
    });
    return {{"type", Json::array({"object", "null"})},
            {"description", detail::filters_summary},
            {"propertyNames", {{"pattern", identifier_pattern}}},
            {"additionalProperties", std::move(filter)}};
}

Json routes_schema() {
    auto entry = mapping("Where one handler, or a directory of files, is served, or a redirect.");
    entry["type"] = "object";
    const auto without = [](std::initializer_list<const char*> keys) {
        auto any = Json::array();
        for (const char* key : keys) any.push_back({{"required", Json::array({key})}});
        return Json{{"anyOf", std::move(any)}};
    };
    entry["oneOf"] = Json::array(
        {{{"required", Json::array({"handler"})}, {"not", without({"status"})}},
         {{"required", Json::array({"path", "static"})}, {"not", without({"methods", "max_body", "status"})}},
         {{"required", Json::array({"path", "redirect"})}, {"not", without({"timeout", "max_body"})}}});
    add_described_keys(entry, detail::route_keys());
    return {{"type", Json::array({"array", "null"})},
            {"description", detail::routes_summary},
            {"items", std::move(entry)}};
}

Json groups_schema(const Json& routes) {
    auto group = mapping("Routes that share something.");
    group["type"] = "object";
    add_described_keys(group, detail::group_keys());
    group["properties"]["routes"] = routes;
    group["properties"]["groups"] = {{"$ref", "#/properties/groups"}};
    return {{"type", Json::array({"array", "null"})},
            {"description", detail::groups_summary},
            {"items", std::move(group)}};
}

Json settings_schema() {
    return {{"type", Json::array({"object", "null"})},
            {"description", detail::settings_summary},
            {"propertyNames", {{"pattern", identifier_pattern}}},
            {"additionalProperties", {{"type", Json::array({"object", "null"})}}}};
}

}  // namespace

std::string json_schema() {
    Json root{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "Patchbay configuration"}};
    root.update(mapping("Written by `patchbay reference schema`."));
    for (const auto& key : detail::config_keys()) {
        if (key.path.find('.') == std::string_view::npos) add_key(root, key);
    }
    for (const auto& section : detail::config_sections())
        section_at(root, section.path) = mapping(section.summary);
    for (const auto& key : detail::config_keys()) {
        if (key.path.find('.') != std::string_view::npos) add_key(root, key);
    }
    root["properties"]["errors"] = errors_schema();
    root["properties"]["filters"] = filters_schema();
    Json global{{"description", detail::global_filters_summary}};
    global.update(type_of({ValueKind::filter_names, {}}));
    root["properties"]["global_filters"] = std::move(global);
    root["properties"]["routes"] = routes_schema();
    root["properties"]["groups"] = groups_schema(root["properties"]["routes"]);
    root["properties"]["settings"] = settings_schema();
    return root.dump(2) + '\n';
}

}  // namespace patchbay
