// Lines on their way from one thread to another that may be slow: what finds no room is dropped and counted.
// Owned by a log; one thread at a time pushes, one other takes, neither waits for the other.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace patchbay {

class LineRing {
public:
    /// Holds at most `capacity` bytes, a power of two.
    explicit LineRing(std::size_t capacity);
    LineRing(const LineRing&) = delete;
    LineRing& operator=(const LineRing&) = delete;

    /// The whole line or, when there is no room for it, nothing. Gives the bytes in the ring, 0 when the line
    /// was dropped. The pushing thread only.
    std::size_t push(std::string_view line) noexcept;
    /// Nothing is pushed any more. The pushing thread only.
    void close() noexcept { closed_.store(true, std::memory_order_release); }

    /// Appends all lines that are there to `out` and makes room for others. The taking thread only.
    void take(std::string& out);

    bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
    /// Lines dropped so far.
    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
    std::size_t capacity() const noexcept { return mask_ + 1; }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t mask_;
    // Both count bytes from the beginning and never wrap in practice: 2^64 bytes are many.
    alignas(64) std::atomic<std::size_t> pushed_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<bool> closed_{false};
    alignas(64) std::atomic<std::size_t> taken_{0};
};

}  // namespace patchbay
