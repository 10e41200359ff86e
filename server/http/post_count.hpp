// Counts the functions on their way to a loop with an object's address, for an owner that must not go on
// while there are any. No locks; begin() and end() on any thread, the others on the owner's.
#pragma once

#include <atomic>

namespace patchbay {

class PostCount {
public:
    void begin() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }

    /// The last thing that such a function does, since the object may be gone afterwards. True when it was
    /// the last and the owner waits: then the owner is still there, and must be told.
    [[nodiscard]] bool end() noexcept {
        unsigned before = count_.load(std::memory_order_relaxed);
        unsigned after = 0;
        do {
            after = before - 1;
            if (after == owner_waits) after = 0;
        } while (!count_.compare_exchange_weak(before, after, std::memory_order_acq_rel,
                                               std::memory_order_relaxed));
        return before == owner_waits + 1;
    }

    bool none() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

    /// True when some are on their way: the end() of the last of them will say so. Not again before it has.
    [[nodiscard]] bool wait() noexcept {
        if (none()) return false;
        if (count_.fetch_add(owner_waits, std::memory_order_acq_rel) > 0) return true;
        count_.fetch_sub(owner_waits, std::memory_order_relaxed);
        return false;
    }

private:
    static constexpr unsigned owner_waits = 1u << 31;

    std::atomic<unsigned> count_{0};
};

}  // namespace patchbay
