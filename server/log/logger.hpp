// The host's log: one line an event on standard error. Owned by the application; every other part is given a
// reference.
#pragma once

#include <patchbay/log.hpp>

#include <atomic>
#include <string>
#include <string_view>

namespace patchbay {

/// Thread-safety: every function may be called from any thread. A line is one write, so lines never mix.
class Logger {
public:
    /// Lines below `level` are dropped. `descriptor` stays the caller's.
    explicit Logger(LogLevel level = LogLevel::info, int descriptor = 2) noexcept
        : level_{level}, descriptor_{descriptor} {}
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    void level(LogLevel level) noexcept { level_.store(level, std::memory_order_relaxed); }

    /// "2026-11-22T22:50:01.123Z info hello: text": control characters in the text are escaped, so that no
    /// input can forge a line. The source may be empty.
    void write(LogLevel level, std::string_view source, std::string_view text) noexcept;

    void debug(std::string_view text) noexcept { write(LogLevel::debug, {}, text); }
    void info(std::string_view text) noexcept { write(LogLevel::info, {}, text); }
    void warning(std::string_view text) noexcept { write(LogLevel::warning, {}, text); }
    void error(std::string_view text) noexcept { write(LogLevel::error, {}, text); }

private:
    std::atomic<LogLevel> level_;
    int descriptor_;
};

/// Appends `text` with C0 controls, DEL and backslash escaped ("\n" becomes the two characters \ and n).
void append_escaped(std::string& out, std::string_view text);

}  // namespace patchbay
