// Logging that the host owns: lines carry the plugin's name and go where the operator sends them.
#pragma once

#include <patchbay/export.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Writes one line for the plugin whose code is running. Control characters in it are escaped by the host.
/// Thread-safety: callable from any thread; from one that the host doesn't know the line goes to standard
/// error as it is, but for control characters, whatever the level.
PATCHBAY_API void log(LogLevel level, std::string_view message) noexcept;

namespace detail {

inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, char part) { out += part; }
void append(std::string& out, std::same_as<bool> auto part) {  // not for pointers, which convert to bool
    out += part ? "true" : "false";
}
template <class T>
    requires((std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>)
void append(std::string& out, T part) {
    out += std::to_string(part);
}

template <class... Parts>
void log_parts(LogLevel level, const Parts&... parts) {
    std::string line;
    (append(line, parts), ...);
    log(level, line);
}

}  // namespace detail

/// Each joins its arguments (strings, characters, numbers, bools) into one line: `log_info("sold ", count)`.
template <class... Parts>
void log_debug(const Parts&... parts) {
    detail::log_parts(LogLevel::debug, parts...);
}
template <class... Parts>
void log_info(const Parts&... parts) {
    detail::log_parts(LogLevel::info, parts...);
}
template <class... Parts>
void log_warning(const Parts&... parts) {
    detail::log_parts(LogLevel::warning, parts...);
}
template <class... Parts>
void log_error(const Parts&... parts) {
    detail::log_parts(LogLevel::error, parts...);
}

}  // namespace patchbay
