#include "log/repeated_warning.hpp"

#include "log/logger.hpp"

#include <new>

namespace patchbay {

void RepeatedWarning::note() noexcept {
    due_.fetch_add(1, std::memory_order_relaxed);
    const auto now = std::chrono::steady_clock::now();
    auto next = next_.load(std::memory_order_relaxed);
    if (now < next || !next_.compare_exchange_strong(next, now + apart_, std::memory_order_relaxed)) return;
    const std::uint64_t times = due_.exchange(0, std::memory_order_relaxed);
    if (times == 0) return;  // another thread has told of this one
    try {
        log_.warning(times == 1 ? text_
                                : text_ + " (" + std::to_string(times) + " times since the last such line)");
    } catch (const std::bad_alloc&) {
        log_.warning(text_);
    }
}

}  // namespace patchbay
