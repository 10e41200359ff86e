#include "http/filters/token_buckets.hpp"

#include <algorithm>
#include <bit>

namespace patchbay {
namespace {

constexpr std::size_t ways = 8;
constexpr unsigned time_bits = 40;
constexpr std::uint64_t time_mask = (std::uint64_t{1} << time_bits) - 1;
constexpr std::uint64_t units_of_interval = std::uint64_t{1} << 14;  // a burst of 2^20 still fits time_bits

}  // namespace

TokenBuckets::TokenBuckets(const Rate& rate, std::size_t keys, Clock::time_point now)
    : begin_{now}, words_(std::bit_ceil(std::max(keys, ways))) {
    const auto per = static_cast<std::uint64_t>(rate.per.count());
    unit_ = std::max<std::uint64_t>(per / rate.tokens / units_of_interval, 1);
    interval_ = std::max<std::uint64_t>(per / (rate.tokens * unit_), 1);
    most_ = interval_ * rate.capacity;
}

std::optional<std::chrono::nanoseconds> TokenBuckets::take(std::uint64_t key_hash, Clock::time_point now) {
    const auto elapsed = static_cast<std::uint64_t>(std::chrono::nanoseconds{now - begin_}.count());
    const std::uint64_t time = (elapsed / unit_) & time_mask;
    const std::uint64_t tag = std::max<std::uint64_t>(key_hash >> time_bits, 1);
    for (;;) {
        Word& place = bucket(key_hash, tag, time);
        std::uint64_t word = place.load(std::memory_order_relaxed);
        const std::uint64_t owed = (word >> time_bits == tag ? debt(word, time) : 0) + interval_;
        if (owed > most_) return std::chrono::nanoseconds{static_cast<std::int64_t>((owed - most_) * unit_)};
        const std::uint64_t taken = (tag << time_bits) | ((time + owed) & time_mask);
        if (place.compare_exchange_strong(word, taken, std::memory_order_relaxed)) return std::nullopt;
    }
}

// Units until the bucket is full. What no bucket can owe is a time that has passed, once the clock has gone
// around.
std::uint64_t TokenBuckets::debt(std::uint64_t word, std::uint64_t now) const noexcept {
    const std::uint64_t ahead = (word - now) & time_mask;
    return ahead <= most_ ? ahead : 0;
}

// That of the key, or the one to be given up for it.
TokenBuckets::Word& TokenBuckets::bucket(std::uint64_t key_hash, std::uint64_t tag,
                                         std::uint64_t now) noexcept {
    const std::size_t set = static_cast<std::size_t>(key_hash) & (words_.size() / ways - 1);
    Word* least = &words_[set * ways];
    std::uint64_t least_debt = time_mask;
    for (std::size_t way = 0; way < ways; ++way) {
        Word& candidate = words_[set * ways + way];
        const std::uint64_t word = candidate.load(std::memory_order_relaxed);
        if (word >> time_bits == tag) return candidate;
        const std::uint64_t owed = word == 0 ? 0 : debt(word, now);
        if (owed >= least_debt) continue;
        least = &candidate;
        least_debt = owed;
    }
    return *least;
}

}  // namespace patchbay
