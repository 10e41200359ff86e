// Whether bytes that arrive in pieces are UTF-8 (RFC 3629), told at the first byte that can't be. A value
// type.
#pragma once

#include <cstdint>
#include <string_view>

namespace patchbay::websocket {

class Utf8Checker {
public:
    /// Goes on with the next bytes; false as soon as one is wrong, and then it is of no more use.
    [[nodiscard]] bool take(std::string_view bytes) noexcept;
    /// No character is cut off.
    bool complete() const noexcept { return pending_ == 0; }

private:
    std::uint8_t pending_ = 0;  // bytes that the current character lacks
    std::uint8_t low_ = 0x80;   // what the next of them may be
    std::uint8_t high_ = 0xBF;
};

inline bool is_utf8(std::string_view text) noexcept {
    Utf8Checker checker;
    return checker.take(text) && checker.complete();
}

}  // namespace patchbay::websocket
