// Character classes of header fields (RFC 9110 §5.5, §5.6.2). Pure functions.
#pragma once

#include <string_view>

namespace patchbay {

inline bool is_token_char(char c) noexcept {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

/// A byte of a field value: visible, a space, a tab, or above ASCII.
inline bool is_value_char(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

inline bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

}  // namespace patchbay
