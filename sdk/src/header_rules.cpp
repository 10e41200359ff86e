#include "header_rules.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace patchbay::detail {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_token_char(char c) noexcept {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

void check_header(std::string_view name, std::string_view value) {
    static constexpr std::array<std::string_view, 6> of_the_host = {
        "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Server"};
    if (!is_token(name))
        throw std::invalid_argument{"patchbay: '" + std::string{name} + "' is no header name"};
    for (const std::string_view reserved : of_the_host) {
        if (equal_ignoring_case(name, reserved)) {
            throw std::invalid_argument{"patchbay: the header " + std::string{reserved} +
                                        " is written by the host, not by a handler"};
        }
    }
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
            throw std::invalid_argument{"patchbay: the value of the header " + std::string{name} +
                                        " holds a control character"};
        }
    }
}

}  // namespace patchbay::detail
