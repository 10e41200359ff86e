// Characters and lists of header fields (RFC 9110 §5.5, §5.6). Pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace patchbay {

namespace detail {

constexpr std::array<bool, 256> make_token_bytes() {
    std::array<bool, 256> bytes{};
    for (const char c : std::string_view{"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "!#$%&'*+-.^_`|~"})
        bytes[static_cast<unsigned char>(c)] = true;
    return bytes;
}
inline constexpr auto token_bytes = make_token_bytes();

}  // namespace detail

inline bool is_token_char(char c) noexcept { return detail::token_bytes[static_cast<unsigned char>(c)]; }

inline bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// A byte of a field value: visible, a space, a tab, or above ASCII.
inline bool is_value_char(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

inline bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// ASCII letters only. Beast's iequals() reads a byte beyond texts whose last letters differ in case.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

inline std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Takes the next element off a comma-separated list whose elements hold no quoted commas; empty ones are
/// skipped (RFC 9110 §5.6.1.2). Empty at the end.
inline std::string_view take_element(std::string_view& list) noexcept {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view element = trimmed(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (!element.empty()) return element;
    }
    return {};
}

}  // namespace patchbay
