#include "config/json_schema.hpp"

#include "config/keys.hpp"
#include "config/reference.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
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

Json type_of(const ValueRules& rules) {
    switch (rules.kind) {
        case ValueKind::address:
            return text_of_form("^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$");
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
        case ValueKind::path:
            return {{"type", "string"}, {"minLength", 1}};
        case ValueKind::optional_path:
            return {{"type", "string"}};
        case ValueKind::route_path:
            return text_of_form("^/[^?# \\t\\r\\n]*$");
        case ValueKind::handler:
            return text_of_form("^[A-Za-z_][A-Za-z0-9_]*\\.[A-Za-z_][A-Za-z0-9_]*$");
        case ValueKind::methods:
            return {{"type", "array"},
                    {"items", text_of_form("^[-A-Z0-9!#$%&'*+.^_`|~]+$")},
                    {"minItems", 1},
                    {"uniqueItems", true}};
    }
    return Json::object();
}

Json default_of(const detail::ConfigKey<Config>& key) {
    const auto text = default_value(key);
    if (key.rules.kind == ValueKind::boolean) return text == "true";
    const bool is_count =
        key.rules.kind == ValueKind::count || (key.rules.kind == ValueKind::count_or_auto && text != "auto");
    if (is_count) return std::stoull(text);
    return text == "\"\"" ? Json("") : Json(text);
}

// An empty section is null in YAML, and means the defaults.
Json mapping(std::string_view description) {
    return {{"type", Json::array({"object", "null"})},
            {"description", description},
            {"additionalProperties", false},
            {"properties", Json::object()}};
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

Json routes_schema() {
    auto entry = mapping("Where one handler is served.");
    entry["type"] = "object";
    entry["required"] = Json::array({"handler"});
    for (const auto& key : detail::route_keys()) {
        Json schema{
            {"description", std::string{key.summary} + " Default: " + std::string{key.default_text} + '.'}};
        schema.update(type_of(key.rules));
        entry["properties"][std::string{key.path}] = std::move(schema);
    }
    return {{"type", Json::array({"array", "null"})},
            {"description", detail::routes_summary},
            {"items", std::move(entry)}};
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
    root["properties"]["routes"] = routes_schema();
    root["properties"]["settings"] = settings_schema();
    return root.dump(2) + '\n';
}

}  // namespace patchbay
