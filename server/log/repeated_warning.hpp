// A warning that may be due many times a second.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace patchbay {

class Logger;

/// Written when it is due for the first time, and after that once a minute at most, with how often it was due
/// since. Thread-safety: note() may be called from any thread.
class RepeatedWarning {
public:
    /// The log outlives it.
    RepeatedWarning(Logger& log, std::string text, std::chrono::nanoseconds apart = std::chrono::minutes{1})
        : log_{log}, text_{std::move(text)}, apart_{apart} {}

    void note() noexcept;

private:
    Logger& log_;
    const std::string text_;
    const std::chrono::nanoseconds apart_;
    std::atomic<std::uint64_t> due_{0};
    std::atomic<std::chrono::steady_clock::time_point> next_{};
};

}  // namespace patchbay
