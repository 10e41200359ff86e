// Token buckets, one a key, in a table of fixed size that all event loops share without locks. Owned by the
// filter that limits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace patchbay {

/// A bucket is one number, the time at which it will be full again (the "virtual scheduling" of ATM's generic
/// cell rate algorithm), so that a bucket which is full needs no memory. With the tag of its key it is one
/// atomic word; eight of them are a set that the key's hash chooses.
///
/// Exactness: limits hold for all loops together, to 0.01% of the rate (over 60,000 a second and key: 1%).
/// Two keys are taken for one with a probability of 2^-24 for each of the at most seven others of a set. When
/// a set has no room, the bucket next to be full is forgotten, and its key has a full one again.
/// Thread-safety: take() may be called on any thread.
class TokenBuckets {
public:
    using Clock = std::chrono::steady_clock;

    struct Rate {
        std::size_t tokens = 1;  ///< in
        std::chrono::nanoseconds per{};
        std::size_t capacity = 1;
    };
    /// `keys` is rounded up to a power of two.
    TokenBuckets(const Rate& rate, std::size_t keys, Clock::time_point now = Clock::now());

    /// Takes a token; or says how long it is until there is one.
    std::optional<std::chrono::nanoseconds> take(std::uint64_t key_hash, Clock::time_point now);

private:
    using Word = std::atomic<std::uint64_t>;

    std::uint64_t debt(std::uint64_t word, std::uint64_t now) const noexcept;
    Word& bucket(std::uint64_t key_hash, std::uint64_t tag, std::uint64_t now) noexcept;

    Clock::time_point begin_;
    std::uint64_t unit_;      // of time, in nanoseconds
    std::uint64_t interval_;  // between tokens, in units
    std::uint64_t most_;      // debt of an empty bucket, in units
    std::vector<Word> words_;
};

}  // namespace patchbay
