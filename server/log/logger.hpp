// The host's log: one line an event on standard error, written by a thread of its own, so that a reader who
// stops reading stalls nobody. Owned by whoever runs a command; every other part is given a reference.
#pragma once

#include "log/line_ring.hpp"
#include "log/log_target.hpp"

#include <patchbay/log.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace patchbay {

/// Thread-safety: every function may be called from any thread. Lines are written whole and in the order in
/// which they came. While there is no room for more, lines are dropped, and the first thing that is written
/// afterwards says how many.
class Logger {
public:
    static constexpr std::size_t usual_capacity = std::size_t{256} * 1024;

    /// Lines below `level` are dropped. `descriptor` stays the caller's. `capacity`, a power of two, is the
    /// bytes that wait to be written. Errors: std::system_error when there is no thread to be had.
    explicit Logger(LogLevel level = LogLevel::info, int descriptor = 2,
                    std::size_t capacity = usual_capacity);
    /// Waits half a second at most for what is left to be written.
    ~Logger();
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

    /// Returns once all lines so far have been written, or nobody has taken them within `patience`: for what
    /// must be said before _exit().
    void flush(std::chrono::milliseconds patience) noexcept;
    /// Lines of that level so far that were not below the least.
    std::size_t warnings() const noexcept { return warnings_.load(std::memory_order_relaxed); }

private:
    void run();
    bool write_out(std::string_view lines);
    void report_losses(std::uint64_t unfitting);
    bool gives_up();

    std::atomic<LogLevel> level_;
    std::atomic<std::size_t> warnings_{0};
    LogTarget target_;
    LineRing ring_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool waiting_ = false;  // lines do, in the ring
    bool writing_ = false;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point give_up_ = std::chrono::steady_clock::time_point::max();

    // The writer's own.
    bool torn_ = false;           // the last line written lacks its end
    std::uint64_t failed_ = 0;    // lines that could not be written
    std::uint64_t reported_ = 0;  // of all that were lost

    std::thread thread_;
};

}  // namespace patchbay
