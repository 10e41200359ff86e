#include "http/authority.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace patchbay {
namespace {

// What a byte may be of, as bits.
constexpr std::uint8_t decimal = 1;
constexpr std::uint8_t hexadecimal = 2;
constexpr std::uint8_t of_name = 4;  // unreserved and sub-delims (RFC 3986 §2.2, §2.3)
constexpr std::uint8_t of_address = 8;

constexpr std::array<std::uint8_t, 256> make_uses() {
    std::array<std::uint8_t, 256> uses{};
    const auto add = [&uses](std::string_view bytes, int use) {
        for (const char c : bytes) uses[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(use);
    };
    add("0123456789", decimal | hexadecimal | of_name | of_address);
    add("abcdefABCDEF", hexadecimal);
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", of_name | of_address);
    add("-._~!$&'()*+,;=", of_name);
    add(":.", of_address);
    return uses;
}
constexpr auto uses = make_uses();

bool may_be(char c, std::uint8_t use) noexcept { return (uses[static_cast<unsigned char>(c)] & use) != 0; }

bool all_may_be(std::string_view text, std::uint8_t use) noexcept {
    return std::all_of(text.begin(), text.end(), [use](char c) { return may_be(c, use); });
}

// Where a reg-name (RFC 3986 §3.2.2) ends: unreserved, sub-delims, whole escapes.
std::size_t end_of_name(std::string_view text) noexcept {
    std::size_t at = 0;
    for (;;) {
        while (at < text.size() && may_be(text[at], of_name)) ++at;
        if (text.size() - at < 3 || text[at] != '%' || !all_may_be(text.substr(at + 1, 2), hexadecimal))
            return at;
        at += 3;
    }
}

// The end of "[address]", which text begins with; 0 when there is none.
std::size_t end_of_literal(std::string_view text) noexcept {
    const std::size_t end = text.find(']');
    return end != std::string_view::npos && all_may_be(text.substr(1, end - 1), of_address) ? end + 1 : 0;
}

}  // namespace

bool is_authority(std::string_view text, bool needs_port) noexcept {
    const bool bracketed = text.starts_with('[');
    const std::size_t host_end = bracketed ? end_of_literal(text) : end_of_name(text);
    if (host_end <= (bracketed ? 2u : 0u)) return false;
    if (host_end == text.size()) return !needs_port;
    const std::string_view port = text.substr(host_end + 1);
    if (text[host_end] != ':' || (needs_port && port.empty()) || port.size() > 5) return false;
    return all_may_be(port, decimal) && (port.size() < 5 || port <= "65535");
}

}  // namespace patchbay
