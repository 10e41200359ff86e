// The one table of configuration keys. The parser, the environment variables, conf/full.yaml, the JSON Schema
// and docs/configuration.md all come from it. Constant data; any thread.
#pragma once

#include "config/config.hpp"
#include "config/values.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace patchbay::detail {

/// Gives the field of an Owner that a key sets; monostate: a reader of its own does.
template <class Owner>
using FieldAccess =
    std::variant<std::monostate, bool& (*)(Owner&), std::size_t& (*)(Owner&),
                 std::chrono::milliseconds& (*)(Owner&), ListenAddress& (*)(Owner&),
                 std::vector<ListenerConfig>& (*)(Owner&), std::vector<ProxyRange>& (*)(Owner&),
                 LogConfig::Level& (*)(Owner&), AccessLogConfig::Format& (*)(Owner&),
                 std::filesystem::path& (*)(Owner&), std::string& (*)(Owner&),
                 std::optional<std::string>& (*)(Owner&), std::optional<std::size_t>& (*)(Owner&),
                 std::optional<std::chrono::milliseconds>& (*)(Owner&), TrailingSlash& (*)(Owner&),
                 std::vector<std::string>& (*)(Owner&), std::map<std::string, std::string>& (*)(Owner&)>;

// The default_text of a key that must be there, from which the schema has it, too.
constexpr std::string_view default_required = "none; it is required";
constexpr std::string_view default_required_unless_file = "none; this or file is required";

template <class Owner>
struct ConfigKey {
    std::string_view path;  // dotted
    ValueRules rules;
    FieldAccess<Owner> field;
    std::string_view summary;  // what it is, with its unit
    std::string_view effect;   // of raising a quantity, or of choosing a value; may be empty
    std::string_view default_text = "as in the field";  // for a route's reference, in words
};

struct ConfigSection {
    std::string_view path;
    std::string_view summary;
};

/// In the order of the reference; the keys of a section stand together.
std::span<const ConfigKey<Config>> config_keys();
/// The keys of one entry of `listen`.
std::span<const ConfigKey<ListenerConfig>> listener_keys();
/// The keys of one entry of `routes`.
std::span<const ConfigKey<RouteConfig>> route_keys();
/// The keys of one entry of `groups`.
std::span<const ConfigKey<GroupConfig>> group_keys();
/// The mappings that hold keys, an outer one before those inside it.
std::span<const ConfigSection> config_sections();

constexpr std::string_view routes_summary =
    "Where handlers, and directories of files, are served. Optional: a plugin's own routes are mounted "
    "unless an entry here says "
    "otherwise.";
constexpr std::string_view groups_summary =
    "Routes that share a prefix, a host, filters or limits. Groups may stand in groups.";
constexpr std::string_view errors_summary =
    "Pages for errors: statuses from 400 to 599, each with a file, relative to the directory of this file. "
    "A page is the body of such an answer where it would be empty or application/problem+json, for clients "
    "whose Accept likes the page's type better than that. Files are read with the configuration; SIGHUP "
    "reads them anew.";
constexpr std::string_view filters_summary =
    "What looks at requests before handlers and at answers after them: names of one's own, each with one "
    "kind "
    "and its settings. routes and global_filters put them to use.";
constexpr std::string_view global_filters_summary =
    "Names of filters for every answer, also for those that no route gives; before those of the route.";
constexpr std::string_view settings_summary =
    "What each plugin is given when it is constructed: the plugin's name, then any mapping.";

/// "PATCHBAY_EXECUTOR_PER_PLUGIN_THREADS" of "executor.per_plugin.threads".
std::string environment_name(std::string_view path);

/// Reads `scalar` into the key's field of `owner`, or says what is wrong.
template <class Owner>
std::optional<Complaint> assign(const ConfigKey<Owner>& key, ScalarText scalar, Owner& owner) {
    return std::visit(
        [&](auto access) -> std::optional<Complaint> {
            if constexpr (requires { read_value(key.rules, scalar, access(owner)); })
                return read_value(key.rules, scalar, access(owner));
            else
                return Complaint{"expected " + expectation(key.rules.kind), {}};
        },
        key.field);
}

/// The key's default as it is written in YAML; empty when the key is absent by default.
std::string default_value(const ConfigKey<Config>& key);

}  // namespace patchbay::detail
