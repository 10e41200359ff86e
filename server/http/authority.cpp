#include "http/authority.hpp"

#include <algorithm>

namespace patchbay {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alphanumeric(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

// reg-name (RFC 3986 §3.2.2): unreserved, sub-delims, whole escapes.
bool is_name(std::string_view host) noexcept {
    for (std::size_t i = 0; i < host.size(); ++i) {
        const char c = host[i];
        if (is_alphanumeric(c) || std::string_view{"-._~!$&'()*+,;="}.find(c) != std::string_view::npos)
            continue;
        if (c != '%' || host.size() - i < 3 || !is_hex_digit(host[i + 1]) || !is_hex_digit(host[i + 2])) {
            return false;
        }
        i += 2;
    }
    return true;
}

bool is_bracketed_address(std::string_view host) noexcept {
    return std::all_of(host.begin(), host.end(),
                       [](char c) { return is_alphanumeric(c) || c == ':' || c == '.'; });
}

}  // namespace

bool is_authority(std::string_view text, bool needs_port) noexcept {
    const bool bracketed = text.starts_with('[');
    const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == std::string_view::npos) return false;
    const std::string_view host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    if (host.empty() || !(bracketed ? is_bracketed_address(host) : is_name(host))) return false;
    const std::string_view rest = text.substr(bracketed ? host_end + 1 : host_end);
    if (rest.empty()) return !needs_port;
    const std::string_view port = rest.substr(1);
    return rest.front() == ':' && (!needs_port || !port.empty()) && port.size() <= 5 &&
           std::all_of(port.begin(), port.end(), is_digit);
}

}  // namespace patchbay
