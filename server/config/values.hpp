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

namespace patchbay::detail {

enum class ValueKind {
    address,
    boolean,
    count,
    count_or_auto,  // 0 stands for auto
    duration,
    size,
    log_level,
    path,
    optional_path,  // may be empty
    route_path,
    methods,  // a list, read by the routes reader
    handler,
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
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, LogConfig::Level& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::filesystem::path& out);
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::string& out);

template <class T>
std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::optional<T>& out) {
    T value{};
    auto complaint = read_value(rules, scalar, value);
    if (!complaint) out = std::move(value);
    return complaint;
}

/// "a duration such as 30s": what a value of `kind` is, for messages about something that is no scalar.
std::string expectation(ValueKind kind);

// The value as it is written in YAML.
std::string format_value(ValueKind kind, bool value);
std::string format_value(ValueKind kind, std::size_t value);
std::string format_value(ValueKind kind, std::chrono::milliseconds value);
std::string format_value(ValueKind kind, const ListenAddress& value);
std::string format_value(ValueKind kind, LogConfig::Level value);
std::string format_value(ValueKind kind, const std::filesystem::path& value);

/// A letter or '_', then letters, digits and '_': the form of a plugin's and of a handler's name.
bool is_identifier(std::string_view text);

std::vector<std::string> log_level_names();

}  // namespace patchbay::detail
