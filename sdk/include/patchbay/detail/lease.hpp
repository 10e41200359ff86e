// Leases keep one generation of a plugin mapped. The host owns a LeaseBlock per generation and event loop;
// every request, coroutine, timer handler and queued job of that generation holds a count on one of them.
#pragma once

#include <patchbay/export.hpp>

#include <atomic>
#include <utility>

namespace patchbay::detail {

struct GenerationInfo;

/// A counter on its own cache line, so that event loops don't share one. Thread-safe.
/// The host holds the first count for as long as the generation is published on the block's loop.
class alignas(64) LeaseBlock {
public:
    using OnZero = void (*)(LeaseBlock&) noexcept;

    LeaseBlock(GenerationInfo& generation, OnZero on_zero) noexcept
        : generation_{&generation}, on_zero_{on_zero} {}
    LeaseBlock(const LeaseBlock&) = delete;
    LeaseBlock& operator=(const LeaseBlock&) = delete;

    /// Precondition: the caller already holds a count on this block, or runs where the host holds one for it.
    void acquire() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }

    /// The last release calls on_zero on the releasing thread, which must only hand the generation on.
    void release() noexcept {
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) on_zero_(*this);
    }

    /// Whoever sees a count has seen all that the holders of released ones did.
    long count() const noexcept { return count_.load(std::memory_order_acquire); }
    GenerationInfo& generation() const noexcept { return *generation_; }

private:
    std::atomic<long> count_{1};
    GenerationInfo* generation_;
    OnZero on_zero_;
};

/// One count on a block, or none. Movable; copying takes another count.
class Lease {
public:
    Lease() noexcept = default;
    explicit Lease(LeaseBlock* block) noexcept : block_{block} {
        if (block_) block_->acquire();
    }
    Lease(const Lease& other) noexcept : Lease{other.block_} {}
    Lease(Lease&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
    Lease& operator=(Lease other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Lease() {
        if (block_) block_->release();
    }

    LeaseBlock* block() const noexcept { return block_; }
    void reset() noexcept { *this = Lease{}; }

private:
    LeaseBlock* block_ = nullptr;
};

}  // namespace patchbay::detail
