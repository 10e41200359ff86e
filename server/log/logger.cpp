#include "log/logger.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <unistd.h>

namespace patchbay {
namespace {

std::string_view name_of(LogLevel level) {
    static constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

void append_time(std::string& out) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    gmtime_r(&now.tv_sec, &utc);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    out.append(text.data(), length);
    const int millis = std::snprintf(text.data(), text.size(), ".%03ldZ ", now.tv_nsec / 1'000'000);
    out.append(text.data(), static_cast<std::size_t>(millis));
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\\') {
            out += "\\\\";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 0xf];
        } else {
            out += c;
        }
    }
}

void Logger::write(LogLevel level, std::string_view source, std::string_view text) noexcept {
    if (level < level_.load(std::memory_order_relaxed)) return;
    std::string line;
    append_time(line);
    line.append(name_of(level)).append(" ");
    if (!source.empty()) line.append(source).append(": ");
    append_escaped(line, text);
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written <= 0) return;  // nobody reads the log: nothing better to do with the line
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace patchbay
