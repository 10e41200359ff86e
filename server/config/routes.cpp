#include "config/routes.hpp"

#include "config/keys.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"

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

bool is_scalar(const YamlNode& node) { return node.kind == Kind::plain || node.kind == Kind::quoted; }

std::vector<std::string> route_key_names() {
    std::vector<std::string> names;
    for (const auto& key : route_keys()) names.emplace_back(key.path);
    return names;
}

// The characters of a token (RFC 9110 §5.6.2) but for lower-case letters: methods are case-sensitive.
bool is_method(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char letter) {
        return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               marks.find(letter) != std::string_view::npos;
    });
}

std::string upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return text;
}

class RoutesReader {
public:
    explicit RoutesReader(ConfigProblems& problems) : problems_{problems} {}

    std::vector<RouteConfig> read(const YamlNode& node);

private:
    RouteConfig read_entry(const YamlNode& entry, const std::string& path);
    void read_key(const YamlNode& value, const std::string& path, RouteConfig& route);
    void read_methods(const YamlNode& value, const std::string& path, RouteConfig& route);
    void read_method(const YamlNode& item, const std::string& path, RouteConfig& route);
    void reject_repetition(const RouteConfig& route, std::size_t index);

    using Identity = std::tuple<std::string, std::optional<std::string>, std::vector<std::string>>;

    ConfigProblems& problems_;
    std::map<Identity, std::pair<std::size_t, SourcePosition>> known_;
};

std::vector<RouteConfig> RoutesReader::read(const YamlNode& node) {
    std::vector<RouteConfig> routes;
    if (node.kind == Kind::null) return routes;
    if (node.kind != Kind::sequence) {
        problems_.add({place_of(node), "routes", "expected a list of routes, found " + describe(node), {}});
        return routes;
    }
    for (std::size_t index = 0; index < node.children.size(); ++index) {
        const auto& entry = node.children[index];
        const auto path = index_path("routes", index);
        if (entry.kind != Kind::mapping) {
            problems_.add(
                {entry.at, path, "expected a mapping with a handler, found " + describe(entry), {}});
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
    bool has_handler = false;
    for (const auto& value : entry.children) {
        has_handler = has_handler || value.key == "handler";
        read_key(value, join_path(path, value.key), route);
    }
    if (!has_handler) {
        const auto expected = "this key is required: " + expectation(ValueKind::handler);
        problems_.add({entry.at, path + ".handler", expected, {}});
    }
    return route;
}

void RoutesReader::read_key(const YamlNode& value, const std::string& path, RouteConfig& route) {
    const auto keys = route_keys();
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.path == value.key; });
    if (key == keys.end()) {
        problems_.add({value.key_at, path, "unknown key", nearest_name(value.key, route_key_names())});
        return;
    }
    if (key->rules.kind == ValueKind::methods) return read_methods(value, path, route);
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
        const auto suggestion = is_method(upper) ? upper : std::string{};
        problems_.add(
            {item.at, path, "expected a method in upper case, found " + describe(item), suggestion});
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
                   index_path("routes", index),
                   "the same handler, path and methods as " + index_path("routes", first) + " on line " +
                       std::to_string(at.line),
                   {}});
}

}  // namespace

std::vector<RouteConfig> read_routes(const YamlNode& node, ConfigProblems& problems) {
    return RoutesReader{problems}.read(node);
}

}  // namespace patchbay::detail
