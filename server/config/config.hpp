// What the operator configured: plain aggregates holding their defaults, which Config{} therefore is. Whoever
// called load_config owns one; it is never changed afterwards, so any thread may read it.
// Units, ranges and effects of every field stand in keys.cpp, and from there in docs/configuration.md.
#pragma once

#include "config/filter_config.hpp"
#include "config/listener_config.hpp"
#include "config/source_position.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchbay {

struct PluginShareConfig {
    std::size_t threads = 0;  // 0: auto, see threads_per_plugin
    std::size_t queue = 512;
    std::size_t websockets = 0;  // 0: auto, see websockets_per_plugin

    bool operator==(const PluginShareConfig&) const = default;
};

struct ExecutorConfig {
    std::size_t threads = 32;
    std::size_t queue = 1024;
    std::size_t websockets = 0;  // 0: auto, see most_websockets
    PluginShareConfig per_plugin;

    bool operator==(const ExecutorConfig&) const = default;
};

/// The executor threads one plugin may hold at once: what was configured, or three quarters of all (rounded
/// down, at least 1), so that a plugin whose every call hangs still leaves threads to its neighbours.
std::size_t threads_per_plugin(const ExecutorConfig& executor);

/// The jobs one plugin may have waiting: what was configured, but never more than the whole queue.
std::size_t queue_per_plugin(const ExecutorConfig& executor);

/// The executor threads that blocking WebSockets may hold at once: what was configured, or half of all
/// (rounded down), so that blocking handlers find others.
std::size_t most_websockets(const ExecutorConfig& executor);

/// Those that one plugin's may hold: what was configured, or half of those that the plugin may hold.
std::size_t websockets_per_plugin(const ExecutorConfig& executor);

struct PluginsConfig {
    std::filesystem::path directory = "plugins";
    bool watch = true;
    std::chrono::milliseconds settle{100};
    std::chrono::milliseconds retire_after{2'000};
    std::chrono::milliseconds load_timeout{5'000};
    std::size_t tasks = 100'000;
    std::filesystem::path private_directory;  // empty: the host makes one in the temporary directory

    bool operator==(const PluginsConfig&) const = default;
};

struct DeadlineConfig {
    std::chrono::milliseconds deadline{};

    bool operator==(const DeadlineConfig&) const = default;
};

struct LimitsConfig {
    std::size_t target = std::size_t{8} * 1024;
    std::size_t header_bytes = std::size_t{32} * 1024;
    std::size_t header_fields = 100;
    std::size_t body = std::size_t{1024} * 1024;
    std::size_t connections = 10'000;
    std::size_t connections_per_address = 0;  // 0: no limit
    std::size_t requests_per_connection = 100'000;
    std::size_t min_rate = 240;  // bytes a second

    bool operator==(const LimitsConfig&) const = default;
};

struct TimeoutsConfig {
    std::chrono::milliseconds header{5'000};
    std::chrono::milliseconds body{5'000};
    std::chrono::milliseconds idle{12'000};
    std::chrono::milliseconds write{5'000};
    std::chrono::milliseconds handler{30'000};

    bool operator==(const TimeoutsConfig&) const = default;
};

struct LogConfig {
    enum class Level { debug, info, warning, error };
    Level level = Level::info;
    std::chrono::milliseconds stall{500};  // of an event loop

    bool operator==(const LogConfig&) const = default;
};

struct AccessLogConfig {
    enum class Format { automatic, json, text };  // automatic: text on a terminal
    std::filesystem::path file;                   // or "stdout", or "stderr"; empty: none
    Format format = Format::automatic;

    bool operator==(const AccessLogConfig&) const = default;
};

enum class TrailingSlash { strict, redirect };

/// One entry of `routes`. What is absent is left as the plugin, or the whole configuration, says.
struct RouteConfig {
    std::optional<std::string> path;         // begins with '/'; its pattern is the router's to judge
    std::vector<std::string> methods;        // upper-case, no duplicates; empty: as the plugin says
    std::string handler;                     // "plugin.handler"; or empty, and
    std::filesystem::path static_directory;  // what is served at the path instead; or empty, and
    std::string redirect{};                  // where the path leads instead
    std::size_t redirect_status = 0;         // 0: as the field's default says
    bool enabled = true;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_body;     // bytes
    std::vector<FilterReference> filters{};  // after those of Config::global_filters
    std::string host{};       // of its groups: a name, "*." and its end, or empty for every host
    std::string prefix{};     // of its groups, when it has no path: for the handler's own
    SourcePosition position;  // of the entry, for messages about it after loading

    bool operator==(const RouteConfig&) const = default;
};

/// What is shown for an error in place of the host's own words, with what it said when the file was read.
struct ErrorPage {
    std::filesystem::path file;
    std::string text;

    bool operator==(const ErrorPage&) const = default;
};

/// What the routes of a group share; read into them, and forgotten.
struct GroupConfig {
    std::string prefix;
    std::string host;
    std::vector<FilterReference> filters;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_body;
};

struct Config {
    std::vector<ListenerConfig> listen{ListenerConfig{}};
    std::vector<ProxyRange> trusted_proxies;
    std::size_t event_loops = 0;  // 0: one for each core
    ExecutorConfig executor;
    PluginsConfig plugins;
    DeadlineConfig drain{std::chrono::seconds{30}};
    DeadlineConfig shutdown{std::chrono::seconds{10}};
    LimitsConfig limits;
    TimeoutsConfig timeouts;
    LogConfig log;
    AccessLogConfig access_log;
    TrailingSlash trailing_slash = TrailingSlash::strict;
    std::map<std::size_t, ErrorPage> errors;         // by status
    std::vector<FilterConfig> filters;               // in the order of the file
    std::vector<FilterReference> global_filters;     // of every answer
    std::vector<RouteConfig> routes;                 // those of groups last
    std::map<std::string, nlohmann::json> settings;  // plugin name to a JSON object
    /// Where each setting stands, by its path: "greeter", "greeter.greeting", "greeter.names[0]".
    std::map<std::string, SourcePosition> setting_positions;

    bool operator==(const Config&) const = default;
};

}  // namespace patchbay
