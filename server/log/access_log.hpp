// The access log: lines from the event loops, written by a thread of its own. A loop never waits for the
// disk: while the writing falls behind, lines are dropped, and how many is said in the log. Owned by the
// application.
#pragma once

#include "log/line_ring.hpp"
#include "log/log_target.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace patchbay {

class Logger;

class AccessLog {
public:
    static constexpr std::size_t usual_capacity = std::size_t{1} << 20;

    /// One source's end of the log. Used on one thread; the log outlives it.
    class Source {
    public:
        ~Source();
        Source(const Source&) = delete;
        Source& operator=(const Source&) = delete;

        /// A whole line with its line feed. Never waits.
        void write(std::string_view line) noexcept;

    private:
        friend class AccessLog;
        Source(AccessLog& log, LineRing& ring) noexcept : log_{log}, ring_{ring} {}

        AccessLog& log_;
        LineRing& ring_;
    };

    /// Opens the target and starts to write. `capacity`, a power of two, is the bytes that wait for the disk,
    /// for each of the sources. Errors: std::system_error.
    AccessLog(const std::filesystem::path& target, std::size_t sources, Logger& log,
              std::size_t capacity = usual_capacity);
    /// Precondition: stop() has given true, or every source is gone.
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    bool on_terminal() const noexcept { return on_terminal_; }
    /// Once for each index.
    std::unique_ptr<Source> source(std::size_t index);

    /// Opens the file by its name again, soon: after a rotation. Any thread.
    void reopen();
    /// Whether every source is gone and what they wrote has been written. Any thread.
    bool ended() const;
    /// Writes what is there and ends. What is not written by the deadline is dropped. False when the disk
    /// hangs even then: the thread is still there, and only _exit() is safe. Any one thread.
    bool stop(std::chrono::steady_clock::time_point deadline);

private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool wait_for_lines();
    void write_all();
    void write_out(std::string_view bytes);
    bool reopen_if_asked();
    bool gives_up();
    void lose(std::string_view bytes, int error);
    std::uint64_t dropped() const noexcept;
    void report(bool at_once);
    bool sources_gone() const noexcept;
    void wake() noexcept;
    void hurry() noexcept;

    LogTarget target_;
    const bool on_terminal_;
    Logger& log_;
    std::vector<std::unique_ptr<LineRing>> rings_;
    std::atomic<bool> awake_{false};    // the writer will look at the rings once more
    std::atomic<bool> hurried_{false};  // and does so at once

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool reopen_ = false;
    bool ended_ = false;
    Clock::time_point give_up_ = Clock::time_point::max();  // stopping, once it is another

    // The writer's own.
    std::string batch_;
    bool torn_ = false;  // the last line written lacks its end
    std::uint64_t lost_ = 0;
    std::uint64_t reported_ = 0;
    int error_ = 0;
    Clock::time_point last_report_{};

    std::thread thread_;
};

}  // namespace patchbay
