// How often something has happened that is told of once in a while.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace patchbay {

/// Thread-safety: every function may be called from any thread.
class RepeatedEvent {
public:
    explicit RepeatedEvent(std::chrono::nanoseconds apart = std::chrono::minutes{1}) noexcept
        : apart_{apart} {}

    void count() noexcept { times_.fetch_add(1, std::memory_order_relaxed); }
    /// How often it was counted since this gave a number last; 0 as well when that was less than `apart` ago.
    std::uint64_t untold() noexcept {
        if (times_.load(std::memory_order_relaxed) == 0) return 0;
        const auto now = std::chrono::steady_clock::now();
        auto next = next_.load(std::memory_order_relaxed);
        if (now < next || !next_.compare_exchange_strong(next, now + apart_, std::memory_order_relaxed))
            return 0;
        return times_.exchange(0, std::memory_order_relaxed);
    }

private:
    const std::chrono::nanoseconds apart_;
    std::atomic<std::uint64_t> times_{0};
    std::atomic<std::chrono::steady_clock::time_point> next_{};
};

}  // namespace patchbay
