#include "header_rules.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace patchbay::detail {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::array<bool, 256> make_token_bytes() {
    std::array<bool, 256> bytes{};
    for (const char c :
         std::string_view{"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"})
        bytes[static_cast<unsigned char>(c)] = true;
    return bytes;
}
constexpr auto token_bytes = make_token_bytes();

bool is_token_char(char c) noexcept { return token_bytes[static_cast<unsigned char>(c)]; }

// Looks at every byte, so that the compiler may look at many at once.
bool has_control_character(std::string_view text) noexcept {
    unsigned found = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        found |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\t');
        found |= static_cast<unsigned>(byte == 0x7f);
    }
    return found != 0;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

void check_field(std::string_view name, std::string_view value) {
    if (!is_token(name))
        throw std::invalid_argument{"patchbay: '" + std::string{name} + "' is no header name"};
    if (has_control_character(value)) {
        throw std::invalid_argument{"patchbay: the value of the header " + std::string{name} +
                                    " holds a control character"};
    }
}

void check_header(std::string_view name, std::string_view value) {
    static constexpr std::array<std::string_view, 6> of_the_host = {
        "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Server"};
    check_field(name, value);
    for (const std::string_view reserved : of_the_host) {
        if (equal_ignoring_case(name, reserved)) {
            throw std::invalid_argument{"patchbay: the header " + std::string{reserved} +
                                        " is written by the host, not by a handler"};
        }
    }
}

}  // namespace patchbay::detail
