// Reads one scalar of the configuration, from the file or from an environment variable, as the type of the
// field it is for, and writes such a field back for the reference. Stateless; any thread.
#pragma once

#include "config/config.hpp"
#include "config/units.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace patchbay::detail {

enum class ValueKind {
    address,
    listeners,  // one address, or a list; read by the listeners reader
    proxies,    // likewise
    file_mode,
    boolean,
    count,
    count_or_auto,  // 0 stands for auto
    duration,
    size,
    log_level,
    access_format,
    path,
    optional_path,  // may be empty
    output,         // the path of a file, stdout, stderr, or nothing
    route_path,
    methods,  // a list, read by the routes reader
    handler,
    redirect_target,
    route_prefix,
    host_pattern,  // a name in lower case, or "*." and the end of one
    routes,        // a list of routes or groups, read by their readers
    slash_policy,
    text,          // without control characters; may be empty
    header_name,   // may be empty
    texts,         // a list
    text_map,      // a mapping of names to texts
    filter_names,  // a list, read by the filters reader
    file,          // the path of a file
};

struct ScalarText {
    std::string_view text;
    bool quoted = false;
};

/// How the value of a `kind` is to be written; `range` is in the unit of units.hpp.
struct ValueRules {
    ValueKind kind;
    ValueRange range;
};

// Each reads `scalar` into `out`, or leaves `out` alone and returns what is wrong.
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, bool& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::size_t& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar,
                                    std::chrono::milliseconds& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, ListenAddress& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar,
                                    std::vector<ListenerConfig>& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::vector<ProxyRange>& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, LogConfig::Level& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, AccessLogConfig::Format& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, TrailingSlash& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::filesystem::path& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::string& out);

template <class T>
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::optional<T>& out) {
    T value{};
    auto complaint = read_value(rules, scalar, value);
    if (!complaint) out = std::move(value);
    return complaint;
}

/// ", found '60'": the end of a complaint.
std::string found(ScalarText scalar);

/// "a duration such as 30s": what a value of `kind` is, for messages about something that is no scalar.
std::string expectation(ValueKind kind);

// The value as it is written in YAML.
std::string format_value(ValueKind kind, bool value);
std::string format_value(ValueKind kind, std::size_t value);
std::string format_value(ValueKind kind, std::chrono::milliseconds value);
std::string format_value(ValueKind kind, const std::vector<ListenerConfig>& value);
std::string format_value(ValueKind kind, const std::vector<ProxyRange>& value);
std::string format_value(ValueKind kind, LogConfig::Level value);
std::string format_value(ValueKind kind, AccessLogConfig::Format value);
std::string format_value(ValueKind kind, TrailingSlash value);
std::string format_value(ValueKind kind, const std::filesystem::path& value);

/// A letter or '_', then letters, digits and '_': the form of a plugin's and of a handler's name.
bool is_identifier(std::string_view text);

/// A token (RFC 9110 §5.1, §5.6.2).
bool is_http_token(std::string_view text);

std::vector<std::string> log_level_names();
std::vector<std::string> access_format_names();

/// Whether the value of ValueKind::output is one of the process's own streams.
bool is_standard_stream(const std::filesystem::path& output);

}  // namespace patchbay::detail
