// One hexadecimal digit, as escapes and UUIDs have them. Private to libpatchbay.
#pragma once

namespace patchbay::detail {

/// 0 to 15, or -1 when it is none.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace patchbay::detail
