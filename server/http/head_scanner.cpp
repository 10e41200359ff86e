#include "http/head_scanner.hpp"

#include "http/field_syntax.hpp"

#include <cstring>

namespace patchbay {
namespace {

// A method and a version with their spaces; a longer method leaves less to the target.
constexpr std::size_t around_target = 32;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view version_of(std::string_view request_line) noexcept {
    if (request_line.size() < 8) return {};
    const std::string_view version = request_line.substr(request_line.size() - 8);
    const bool sound =
        version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    return sound ? version : std::string_view{};
}

bool HeadScanner::scan(std::string_view bytes) noexcept {
    // Another protocol, TLS say, need not ever send a line end.
    if (looked_ == 0 && !bytes.empty() && !is_token_char(bytes[0]) && bytes[0] != '\n')
        return refuse(RequestFault::malformed_method);
    while (looked_ < bytes.size()) {
        const void* const found = std::memchr(bytes.data() + looked_, '\n', bytes.size() - looked_);
        if (!found) break;
        const std::size_t line_feed =
            static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (line_feed == line_ || bytes[line_feed - 1] != '\r') return refuse(RequestFault::bare_line_feed);
        const std::size_t next = line_feed + 1;
        if (line_ == 0) {
            if (next > limits_.target + around_target) return refuse(RequestFault::target_too_long);
            request_line_ = line_feed - 1;
            // HTTP/0.9 has no version, nor anything after it to wait for.
            if (version_of(bytes.substr(0, request_line_)).empty())
                return refuse(RequestFault::malformed_version);
        } else if (next - line_ == 2) {
            if (next > limits_.head) return refuse(RequestFault::header_too_large);
            size_ = next;
            return true;
        } else if (bytes[line_] == ' ' || bytes[line_] == '\t') {
            return refuse(RequestFault::folded_line);
        }
        line_ = looked_ = next;
    }
    looked_ = bytes.size();
    if (line_ == 0 && looked_ > limits_.target + around_target) return refuse(RequestFault::target_too_long);
    if (looked_ > limits_.head) return refuse(RequestFault::header_too_large);
    return false;
}

}  // namespace patchbay
