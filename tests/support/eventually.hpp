// Waiting in tests: for an event, until a deadline. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <thread>

namespace patchbay::test {

/// How long a test waits for what must happen. Generous, since it is only used up by a failure; sanitizers
/// are slow.
#ifdef PATCHBAY_SANITIZED
inline constexpr std::chrono::seconds patience{120};
#else
inline constexpr std::chrono::seconds patience{30};
#endif

/// True as soon as the predicate is; false when it still isn't at the deadline. For conditions that nobody
/// announces.
template <class Predicate>
bool eventually(Predicate predicate, std::chrono::milliseconds deadline = patience) {
    const auto limit = std::chrono::steady_clock::now() + deadline;
    for (;;) {
        if (predicate()) return true;
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

/// Whether what `count` returns stays the same for 300 ms before it has grown by `most`.
template <class Count>
bool stands_still(Count count, std::uint64_t most) {
    using Clock = std::chrono::steady_clock;
    const std::uint64_t first = count();
    std::uint64_t last = first;
    for (auto since = Clock::now(); Clock::now() - since < std::chrono::milliseconds{300};) {
        const std::uint64_t now = count();
        if (now - first > most) return false;
        if (now != last) since = Clock::now();
        last = now;
    }
    return true;
}

}  // namespace patchbay::test
