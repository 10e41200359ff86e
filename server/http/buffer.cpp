#include "http/buffer.hpp"

#include <algorithm>
#include <cstring>

namespace patchbay {

std::ptrdiff_t Buffer::make_space(std::size_t bytes) {
    if (space_size() >= bytes) return 0;
    const std::size_t used = size();
    const char* const before = data();
    if (capacity_ - used >= bytes) {
        std::memmove(bytes_.get(), before, used);
        begin_ = 0;
        end_ = used;
        return bytes_.get() - before;
    }
    const std::size_t capacity = std::max(capacity_ * 2, used + bytes);
    std::unique_ptr<char[]> larger{new char[capacity]};
    std::memcpy(larger.get(), before, used);
    const std::ptrdiff_t moved = larger.get() - before;
    bytes_ = std::move(larger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = used;
    return moved;
}

}  // namespace patchbay
