// The keys of the entries of `routes` and `groups`.
#include "config/key_ranges.hpp"
#include "config/keys.hpp"

#include <array>

namespace patchbay::detail {
namespace {

constexpr std::array keys_of_routes{
    ConfigKey<RouteConfig>{"path",
                           {ValueKind::route_path, {}},
                           [](RouteConfig& r) -> std::optional<std::string>& { return r.path; },
                           "Path pattern to serve the handler at.",
                           "",
                           "the plugin's own"},
    ConfigKey<RouteConfig>{
        "methods", {ValueKind::methods, {}}, {}, "Methods to serve, in upper case.", "", "the plugin's own"},
    ConfigKey<RouteConfig>{"handler",
                           {ValueKind::handler, {}},
                           [](RouteConfig& r) -> std::string& { return r.handler; },
                           "The handler, as plugin.handler.",
                           "",
                           "none; this, static or redirect is required"},
    ConfigKey<RouteConfig>{"static",
                           {ValueKind::path, {}},
                           [](RouteConfig& r) -> std::filesystem::path& { return r.static_directory; },
                           "Directory whose files are served beneath the path instead of a handler, relative "
                           "to the directory of this file.",
                           "",
                           "none"},
    ConfigKey<RouteConfig>{"redirect",
                           {ValueKind::redirect_target, {}},
                           [](RouteConfig& r) -> std::string& { return r.redirect; },
                           "Where requests for the path are sent instead of a handler; {name} stands for "
                           "what the path's parameter of that name matched, and the query is kept.",
                           "",
                           "none"},
    ConfigKey<RouteConfig>{"status",
                           {ValueKind::count, {301, 308}},
                           [](RouteConfig& r) -> std::size_t& { return r.redirect_status; },
                           "Status of a redirect: 301, 302, 303, 307 or 308.",
                           "",
                           "302"},
    ConfigKey<RouteConfig>{"filters",
                           {ValueKind::filter_names, {}},
                           {},
                           "Names of filters, or plugin.filter for those that plugins bring, in the order in "
                           "which they see a request; answers go through them in the reverse order.",
                           "",
                           "[]"},
    ConfigKey<RouteConfig>{"enabled",
                           {ValueKind::boolean, {}},
                           [](RouteConfig& r) -> bool& { return r.enabled; },
                           "Whether the handler is served here.",
                           "When off, the handler is not mounted.",
                           "true"},
    ConfigKey<RouteConfig>{
        "timeout",
        {ValueKind::duration, {1, day}},
        [](RouteConfig& r) -> std::optional<std::chrono::milliseconds>& { return r.timeout; },
        "Time for the handler to answer.",
        "As for timeouts.handler.",
        "timeouts.handler"},
    ConfigKey<RouteConfig>{"max_body",
                           {ValueKind::size, {0, 1'000'000 * gib}},
                           [](RouteConfig& r) -> std::optional<std::size_t>& { return r.max_body; },
                           "Size of a request's body.",
                           "As for limits.body.",
                           "limits.body"},
};

constexpr std::array keys_of_groups{
    ConfigKey<GroupConfig>{"prefix",
                           {ValueKind::route_prefix, {}},
                           [](GroupConfig& g) -> std::string& { return g.prefix; },
                           "What the paths of its routes begin with, also those that plugins declare.",
                           "",
                           "none"},
    ConfigKey<GroupConfig>{"host",
                           {ValueKind::host_pattern, {}},
                           [](GroupConfig& g) -> std::string& { return g.host; },
                           "Host that its routes are for, without a port; *.example.org is every name that "
                           "ends so. Requests for it find other routes only where none of these match.",
                           "",
                           "every host"},
    ConfigKey<GroupConfig>{"filters",
                           {ValueKind::filter_names, {}},
                           {},
                           "Names of filters, before those of its routes.",
                           "",
                           "[]"},
    ConfigKey<GroupConfig>{
        "timeout",
        {ValueKind::duration, {1, day}},
        [](GroupConfig& g) -> std::optional<std::chrono::milliseconds>& { return g.timeout; },
        "Time for a handler to answer, where its route does not say.",
        "",
        "timeouts.handler"},
    ConfigKey<GroupConfig>{"max_body",
                           {ValueKind::size, {0, 1'000'000 * gib}},
                           [](GroupConfig& g) -> std::optional<std::size_t>& { return g.max_body; },
                           "Size of a request's body, where its route does not say.",
                           "",
                           "limits.body"},
    ConfigKey<GroupConfig>{"routes", {ValueKind::routes, {}}, {}, "As routes at the top level.", "", "[]"},
    ConfigKey<GroupConfig>{"groups",
                           {ValueKind::routes, {}},
                           {},
                           "Groups within this one, whose prefixes follow its own.",
                           "",
                           "[]"},
};

}  // namespace

std::span<const ConfigKey<RouteConfig>> route_keys() { return keys_of_routes; }

std::span<const ConfigKey<GroupConfig>> group_keys() { return keys_of_groups; }

}  // namespace patchbay::detail
