#include "log/line_ring.hpp"

#include <algorithm>
#include <cstring>

namespace patchbay {

LineRing::LineRing(std::size_t capacity) : bytes_{new char[capacity]}, mask_{capacity - 1} {}

std::size_t LineRing::push(std::string_view line) noexcept {
    const std::size_t begin = pushed_.load(std::memory_order_relaxed);
    const std::size_t used = begin - taken_.load(std::memory_order_acquire);
    if (line.size() > capacity() - used) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    const std::size_t at = begin & mask_;
    const std::size_t first = std::min(line.size(), capacity() - at);
    std::memcpy(bytes_.get() + at, line.data(), first);
    std::memcpy(bytes_.get(), line.data() + first, line.size() - first);
    // Sequentially consistent, as is the load in take(): whoever pushes then asks whether the other knows,
    // and the other, having said that it knows of nothing, looks here once more.
    pushed_.store(begin + line.size(), std::memory_order_seq_cst);
    return used + line.size();
}

void LineRing::take(std::string& out) {
    const std::size_t begin = taken_.load(std::memory_order_relaxed);
    const std::size_t size = pushed_.load(std::memory_order_seq_cst) - begin;
    const std::size_t at = begin & mask_;
    const std::size_t first = std::min(size, capacity() - at);
    out.append(bytes_.get() + at, first).append(bytes_.get(), size - first);
    taken_.store(begin + size, std::memory_order_release);
}

}  // namespace patchbay
