#include "config/routes.hpp"

#include "config/filters.hpp"
#include "config/keys.hpp"
#include "config/methods.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace patchbay::detail {
namespace {

using Kind = YamlNode::Kind;

std::vector<std::string> route_key_names() {
    std::vector<std::string> names;
    for (const auto& key : route_keys()) names.emplace_back(key.path);
    return names;
}

std::string upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return text;
}

class RoutesReader {
public:
    RoutesReader(std::string path, std::filesystem::path directory, ConfigProblems& problems)
        : path_{std::move(path)}, directory_{std::move(directory)}, problems_{problems} {}

    std::vector<RouteConfig> read(const YamlNode& node);

private:
    RouteConfig read_entry(const YamlNode& entry, const std::string& path);
    void check_target(const YamlNode& entry, const std::string& path, const RouteConfig& route);
    void read_key(const YamlNode& value, const std::string& path, RouteConfig& route);
    void read_methods(const YamlNode& value, const std::string& path, RouteConfig& route);
    void read_method(const YamlNode& item, const std::string& path, RouteConfig& route);
    void reject_repetition(const RouteConfig& route, std::size_t index);

    using Identity = std::tuple<std::string, std::optional<std::string>, std::vector<std::string>>;

    std::string path_;  // of the list
    std::filesystem::path directory_;
    ConfigProblems& problems_;
    std::map<Identity, std::pair<std::size_t, SourcePosition>> known_;
};

std::vector<RouteConfig> RoutesReader::read(const YamlNode& node) {
    std::vector<RouteConfig> routes;
    if (node.kind == Kind::null) return routes;
    if (node.kind != Kind::sequence) {
        problems_.add({place_of(node), path_, "expected a list of routes, found " + describe(node), {}});
        return routes;
    }
    for (std::size_t index = 0; index < node.children.size(); ++index) {
        const auto& entry = node.children[index];
        const auto path = index_path(path_, index);
        if (entry.kind != Kind::mapping) {
            problems_.add({entry.at,
                           path,
                           "expected a mapping with a handler, static or redirect, found " + describe(entry),
                           {}});
            continue;
        }
        routes.push_back(read_entry(entry, path));
        reject_repetition(routes.back(), index);
    }
    return routes;
}

RouteConfig RoutesReader::read_entry(const YamlNode& entry, const std::string& path) {
    RouteConfig route;
    route.position = entry.at;
    for (const auto& value : entry.children) read_key(value, join_path(path, value.key), route);
    check_target(entry, path, route);
    if (!route.static_directory.empty())
        route.static_directory = (directory_ / route.static_directory).lexically_normal();
    return route;
}

void RoutesReader::check_target(const YamlNode& entry, const std::string& path, const RouteConfig& route) {
    const auto find_key = [&](std::string_view name) {
        return std::find_if(entry.children.begin(), entry.children.end(),
                            [&](const YamlNode& value) { return value.key == name; });
    };
    const auto none = entry.children.end();
    const auto reject_beside = [&](std::string_view target, std::initializer_list<std::string_view> names) {
        if (find_key("path") == none)
            problems_.add({entry.at, path + ".path", std::string{target} + " needs a path", {}});
        for (const std::string_view name : names) {
            const auto other = find_key(name);
            if (other == none) continue;
            const auto text = "has no meaning beside " + std::string{target};
            problems_.add({other->key_at, join_path(path, other->key), text, {}});
        }
    };
    if (find_key("redirect") != none) {
        reject_beside("redirect", {"handler", "static", "timeout", "max_body"});
        const auto status = find_key("status");
        if (status != none && route.redirect_status > 303 && route.redirect_status < 307)
            problems_.add({status->at, path + ".status", "expected 301, 302, 303, 307 or 308", {}});
        return;
    }
    if (find_key("status") != none)
        problems_.add(
            {find_key("status")->key_at, path + ".status", "has a meaning beside redirect only", {}});
    if (find_key("static") == none) {
        if (find_key("handler") != none) return;
        const auto expected =
            "this key is required, or static, or redirect: " + expectation(ValueKind::handler);
        problems_.add({entry.at, path + ".handler", expected, {}});
        return;
    }
    reject_beside("static", {"handler", "methods", "max_body"});
    if (route.path && route.path->find('{') != std::string::npos)
        problems_.add({find_key("path")->at, path + ".path", "the path of static has no parameters", {}});
}

void RoutesReader::read_key(const YamlNode& value, const std::string& path, RouteConfig& route) {
    const auto known_keys = route_keys();
    const auto key = std::find_if(known_keys.begin(), known_keys.end(),
                                  [&](const auto& entry) { return entry.path == value.key; });
    if (key == known_keys.end()) {
        problems_.add({value.key_at, path, "unknown key", nearest_name(value.key, route_key_names())});
        return;
    }
    if (key->rules.kind == ValueKind::methods) return read_methods(value, path, route);
    if (key->rules.kind == ValueKind::filter_names) {
        route.filters = read_filter_names(value, path, problems_);
        return;
    }
    if (!is_scalar(value)) {
        const auto text = "expected " + expectation(key->rules.kind) + ", found " + describe(value);
        problems_.add({place_of(value), path, text, {}});
        return;
    }
    if (const auto complaint = assign(*key, {value.text, value.kind == Kind::quoted}, route))
        problems_.add({value.at, path, complaint->text, complaint->suggestion});
}

void RoutesReader::read_methods(const YamlNode& value, const std::string& path, RouteConfig& route) {
    if (value.kind != Kind::sequence) {
        const auto suggestion =
            is_scalar(value) && is_method(value.text) ? '[' + value.text + ']' : std::string{};
        const auto text = "expected " + expectation(ValueKind::methods) + ", found " + describe(value);
        problems_.add({place_of(value), path, text, suggestion});
        return;
    }
    if (value.children.empty()) {
        problems_.add(
            {value.at, path, "the list is empty; leave the key out to serve the plugin's own methods", {}});
        return;
    }
    for (std::size_t index = 0; index < value.children.size(); ++index)
        read_method(value.children[index], index_path(path, index), route);
}

void RoutesReader::read_method(const YamlNode& item, const std::string& path, RouteConfig& route) {
    if (!is_scalar(item) || !is_method(item.text)) {
        const auto upper = is_scalar(item) ? upper_case(item.text) : std::string{};
        const bool is_foreign = is_http_token(item.text) && item.text == upper;
        const auto* const text = is_foreign ? "unknown method " : "expected a method in upper case, found ";
        const auto suggestion = is_method(upper) ? upper : nearest_name(upper, method_names());
        problems_.add({item.at, path, text + describe(item), suggestion});
        return;
    }
    if (std::find(route.methods.begin(), route.methods.end(), item.text) != route.methods.end()) {
        problems_.add({item.at, path, '\'' + abbreviate(item.text) + "' is listed twice", {}});
        return;
    }
    route.methods.push_back(item.text);
}

void RoutesReader::reject_repetition(const RouteConfig& route, std::size_t index) {
    if (route.handler.empty()) return;
    auto methods = route.methods;
    std::sort(methods.begin(), methods.end());
    const auto [known, is_new] =
        known_.try_emplace({route.handler, route.path, std::move(methods)}, index, route.position);
    if (is_new) return;
    const auto& [first, at] = known->second;
    problems_.add({route.position,
                   index_path(path_, index),
                   "the same handler, path and methods as " + index_path(path_, first) + " on line " +
                       std::to_string(at.line),
                   {}});
}

}  // namespace

std::vector<RouteConfig> read_routes(const YamlNode& node, const std::string& path,
                                     const std::filesystem::path& directory, ConfigProblems& problems) {
    return RoutesReader{path, directory, problems}.read(node);
}

}  // namespace patchbay::detail
