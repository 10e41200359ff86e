// The bytes of a connection that are not answered yet, contiguous, so that requests are parsed in place.
// Owned by one connection (or by the exchange that outlives it) and used on one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace patchbay {

class Buffer {
public:
    /// One read's worth of small requests; a larger head or body grows it.
    static constexpr std::size_t usual_capacity = 8 * 1024;

    Buffer() : bytes_{new char[usual_capacity]}, capacity_{usual_capacity} {}

    char* data() noexcept { return bytes_.get() + begin_; }
    const char* data() const noexcept { return bytes_.get() + begin_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }

    char* space() noexcept { return bytes_.get() + end_; }
    std::size_t space_size() const noexcept { return capacity_ - end_; }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }
    /// Drops bytes from the front, or (truncate) from the end. Views of the others stay valid.
    void consume(std::size_t bytes) noexcept {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    void truncate(std::size_t size) noexcept { end_ = begin_ + size; }
    void clear() noexcept { begin_ = end_ = 0; }

    /// Makes room for at least `bytes` more by moving what is there to the front or into more memory. Views
    /// become invalid; gives how far data() moved, for those who rebase theirs.
    std::ptrdiff_t make_space(std::size_t bytes);

    bool has_usual_capacity() const noexcept { return capacity_ == usual_capacity; }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Spare objects of one event loop, so that connections hold none while they are idle.
template <class Type>
class SparePool {
public:
    explicit SparePool(std::size_t most) : most_{most} { spare_.reserve(most); }

    template <class... Args>
    std::unique_ptr<Type> take(Args&&... args) {
        if (spare_.empty()) return std::make_unique<Type>(std::forward<Args>(args)...);
        auto taken = std::move(spare_.back());
        spare_.pop_back();
        return taken;
    }
    void give(std::unique_ptr<Type> object) noexcept {
        if (spare_.size() < most_) spare_.push_back(std::move(object));
    }

private:
    std::vector<std::unique_ptr<Type>> spare_;
    std::size_t most_;
};

}  // namespace patchbay
