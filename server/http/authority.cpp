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

// reg-name (RFC 3986 §3.2.2): unreserved, sub-delims, whole escapes.
bool is_name(std::string_view host) noexcept {
    for (std::size_t i = 0; i < host.size(); ++i) {
        if (may_be(host[i], of_name)) continue;
        if (host[i] != '%' || host.size() - i < 3 || !all_may_be(host.substr(i + 1, 2), hexadecimal))
            return false;
        i += 2;
    }
    return true;
}

}  // namespace

bool is_authority(std::string_view text, bool needs_port) noexcept {
    const bool bracketed = text.starts_with('[');
    const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == std::string_view::npos) return false;
    const std::string_view host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    if (host.empty() || !(bracketed ? all_may_be(host, of_address) : is_name(host))) return false;
    const std::string_view rest = text.substr(bracketed ? host_end + 1 : host_end);
    if (rest.empty()) return !needs_port;
    const std::string_view port = rest.substr(1);
    return rest.front() == ':' && (!needs_port || !port.empty()) && port.size() <= 5 &&
           all_may_be(port, decimal);
}

}  // namespace patchbay
