// Puts a line of the access log together in memory that is kept for the next one. Whoever builds asks for
// enough room first, so that no single part has to. Used on one thread.
#pragma once

#include "log/escaping.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace patchbay {

class LineBuilder {
public:
    /// Starts a line of at most `most` bytes.
    void start(std::size_t most) {
        if (most > capacity_ || (capacity_ > kept_capacity && most <= kept_capacity)) {
            capacity_ = most < kept_capacity ? kept_capacity : most;
            bytes_.reset(new char[capacity_]);
        }
        end_ = bytes_.get();
    }
    std::string_view line() const noexcept {
        return {bytes_.get(), static_cast<std::size_t>(end_ - bytes_.get())};
    }

    // All below: there must be room.
    void text(std::string_view text) noexcept {
        std::memcpy(end_, text.data(), text.size());
        end_ += text.size();
    }
    void json(std::string_view value) noexcept { end_ = escape_json(end_, value); }
    void escaped(std::string_view value) noexcept { end_ = escape_text(end_, value); }
    /// At most 20 bytes.
    void number(std::uint64_t value) noexcept {
        if (value < 10) {
            *end_++ = static_cast<char>('0' + value);
        } else if (value < 100) {
            digits(value, 2);
        } else if (value < 1000) {
            digits(value, 3);
        } else {
            end_ = std::to_chars(end_, end_ + 20, value).ptr;
        }
    }
    /// With leading zeros.
    void digits(std::uint64_t value, std::size_t count) noexcept {
        for (char* at = end_ + count; at != end_; value /= 10) *--at = static_cast<char>('0' + value % 10);
        end_ += count;
    }
    /// 16 hexadecimal digits.
    void hexadecimal(std::uint64_t value) noexcept {
        for (int shift = 60; shift >= 0; shift -= 4) *end_++ = "0123456789abcdef"[(value >> shift) & 0xf];
    }

private:
    static constexpr std::size_t kept_capacity = std::size_t{16} * 1024;

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    char* end_ = nullptr;
};

}  // namespace patchbay
