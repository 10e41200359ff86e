// What the operator configured: plain aggregates holding their defaults, which Config{} therefore is. Whoever
// called load_config owns one; it is never changed afterwards, so any thread may read it.
// Units, ranges and effects of every field stand in keys.cpp, and from there in docs/configuration.md.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchbay {

/// Where something stands. `line` and `column` count from 1, columns in characters; a `line` of 0 means the
/// file as a whole. Every position equals every other, so that moving a line in the file is not a change of
/// configuration.
struct SourcePosition {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    friend bool operator==(const SourcePosition&, const SourcePosition&) { return true; }
};

/// "file:line:column", or "file" alone when there is no line.
std::string to_string(const SourcePosition& position);

/// `host` is an IPv4 address, an IPv6 address without its brackets, or a host name. Port 0 asks for a free
/// one.
struct ListenAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;

    bool operator==(const ListenAddress&) const = default;
};

/// "host:port", with an IPv6 host in brackets.
std::string to_string(const ListenAddress& address);

struct PluginShareConfig {
    std::size_t threads = 0;  // 0: auto, see threads_per_plugin
    std::size_t queue = 512;

    bool operator==(const PluginShareConfig&) const = default;
};

struct ExecutorConfig {
    std::size_t threads = 32;
    std::size_t queue = 1024;
    PluginShareConfig per_plugin;

    bool operator==(const ExecutorConfig&) const = default;
};

/// The executor threads one plugin may hold at once: what was configured, or three quarters of all (rounded
/// down, at least 1), so that a plugin whose every call hangs still leaves threads to its neighbours.
std::size_t threads_per_plugin(const ExecutorConfig& executor);

/// The jobs one plugin may have waiting: what was configured, but never more than the whole queue.
std::size_t queue_per_plugin(const ExecutorConfig& executor);

struct PluginsConfig {
    std::filesystem::path directory = "plugins";
    bool watch = true;
    std::chrono::milliseconds settle{100};
    std::chrono::milliseconds retire_after{2'000};
    std::chrono::milliseconds load_timeout{5'000};
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

    bool operator==(const LogConfig&) const = default;
};

/// One entry of `routes`. What is absent is left as the plugin, or the whole configuration, says.
struct RouteConfig {
    std::optional<std::string> path;   // begins with '/'; its pattern is the router's to judge
    std::vector<std::string> methods;  // upper-case, no duplicates; empty: as the plugin says
    std::string handler;               // "plugin.handler"
    bool enabled = true;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_body;  // bytes
    SourcePosition position;              // of the entry, for messages about it after loading

    bool operator==(const RouteConfig&) const = default;
};

struct Config {
    ListenAddress listen;
    std::size_t event_loops = 0;  // 0: one for each core
    ExecutorConfig executor;
    PluginsConfig plugins;
    DeadlineConfig drain{std::chrono::seconds{30}};
    DeadlineConfig shutdown{std::chrono::seconds{10}};
    LimitsConfig limits;
    TimeoutsConfig timeouts;
    LogConfig log;
    std::vector<RouteConfig> routes;
    std::map<std::string, nlohmann::json> settings;  // plugin name to a JSON object
    /// Where each setting stands, by its path: "greeter", "greeter.greeting", "greeter.names[0]".
    std::map<std::string, SourcePosition> setting_positions;

    bool operator==(const Config&) const = default;
};

}  // namespace patchbay
