#include "http/head_scanner.hpp"

#include <cstring>

namespace patchbay {
namespace {

// A method and a version with their spaces; a longer method leaves less to the target.
constexpr std::size_t around_target = 32;

}  // namespace

bool HeadScanner::scan(std::string_view bytes) noexcept {
    while (looked_ < bytes.size()) {
        const void* const found = std::memchr(bytes.data() + looked_, '\n', bytes.size() - looked_);
        if (!found) break;
        const std::size_t line_feed =
            static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (line_feed == line_ || bytes[line_feed - 1] != '\r') return refuse(RequestFault::bare_line_feed);
        const std::size_t next = line_feed + 1;
        if (line_ == 0) {
            if (next > limits_.target + around_target) return refuse(RequestFault::target_too_long);
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
