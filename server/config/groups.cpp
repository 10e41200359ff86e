#include "config/groups.hpp"

#include "config/filters.hpp"
#include "config/keys.hpp"
#include "config/routes.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace patchbay::detail {
namespace {

using Kind = YamlNode::Kind;

class GroupsReader {
public:
    GroupsReader(const std::filesystem::path& directory, ConfigProblems& problems)
        : directory_{directory}, problems_{problems} {}

    void read(const YamlNode& node, const std::string& path, const GroupConfig& outer) {
        if (node.kind == Kind::null) return;
        if (node.kind != Kind::sequence) {
            problems_.add({place_of(node), path, "expected a list of groups, found " + describe(node), {}});
            return;
        }
        for (std::size_t index = 0; index < node.children.size(); ++index)
            read_group(node.children[index], index_path(path, index), outer);
    }

    std::vector<RouteConfig> take() { return std::move(routes_); }

private:
    void read_group(const YamlNode& node, const std::string& path, const GroupConfig& outer) {
        if (node.kind != Kind::mapping) {
            problems_.add(
                {place_of(node), path, "expected a mapping with routes, found " + describe(node), {}});
            return;
        }
        GroupConfig group = outer;
        group.prefix.clear();
        for (const YamlNode& child : node.children) read_key(child, join_path(path, child.key), group);
        group.prefix = outer.prefix + group.prefix;
        for (const YamlNode& child : node.children) {
            const auto child_path = join_path(path, child.key);
            if (child.key == "groups") read(child, child_path, group);
            if (child.key == "routes")
                add_routes(read_routes(child, child_path, directory_, problems_), group);
        }
    }

    void read_key(const YamlNode& node, const std::string& path, GroupConfig& group) {
        const auto keys = group_keys();
        const auto key =
            std::find_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.path == node.key; });
        if (key == keys.end()) {
            std::vector<std::string> names;
            for (const auto& entry : keys) names.emplace_back(entry.path);
            problems_.add({node.key_at, path, "unknown key", nearest_name(node.key, names)});
        } else if (key->rules.kind == ValueKind::filter_names) {
            const auto more = read_filter_names(node, path, problems_);
            group.filters.insert(group.filters.end(), more.begin(), more.end());
        } else if (key->rules.kind == ValueKind::routes) {
            return;  // once all else is known
        } else if (node.kind != Kind::plain && node.kind != Kind::quoted) {
            const auto text = "expected " + expectation(key->rules.kind) + ", found " + describe(node);
            problems_.add({place_of(node), path, text, {}});
        } else if (const auto complaint = assign(*key, {node.text, node.kind == Kind::quoted}, group)) {
            problems_.add({node.at, path, complaint->text, complaint->suggestion});
        }
    }

    void add_routes(std::vector<RouteConfig> routes, const GroupConfig& group) {
        for (RouteConfig& route : routes) {
            if (route.path) {
                route.path->insert(0, group.prefix);
                // Each was looked at alone; together they may have a name twice.
                const auto pattern = RoutePattern::parse(*route.path);
                if (!pattern)
                    problems_.add({route.position,
                                   {},
                                   "path '" + abbreviate(*route.path) + "': " + pattern.error().message,
                                   {}});
            } else {
                route.prefix = group.prefix;
            }
            route.host = group.host;
            route.filters.insert(route.filters.begin(), group.filters.begin(), group.filters.end());
            const bool is_handler = !route.handler.empty();
            if (!route.timeout && route.redirect.empty()) route.timeout = group.timeout;
            if (!route.max_body && is_handler) route.max_body = group.max_body;
            routes_.push_back(std::move(route));
        }
    }

    const std::filesystem::path& directory_;
    ConfigProblems& problems_;
    std::vector<RouteConfig> routes_;
};

}  // namespace

std::vector<RouteConfig> read_groups(const YamlNode& node, const std::filesystem::path& directory,
                                     ConfigProblems& problems) {
    GroupsReader reader{directory, problems};
    reader.read(node, "groups", {});
    return reader.take();
}

}  // namespace patchbay::detail
