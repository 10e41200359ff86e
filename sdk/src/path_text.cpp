// What becomes of the bytes of a path before routes are matched: escapes and dot segments.
#include "hex_digit.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>

namespace patchbay::detail {
namespace {

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        if (lead < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (lead < 0xC2 || lead > 0xF4 || length > text.size() - at) return false;
        std::uint32_t point = lead & (0x7FU >> length);
        for (std::size_t next = at + 1; next < at + length; ++next) {
            const auto byte = static_cast<unsigned char>(text[next]);
            if ((byte & 0xC0) != 0x80) return false;
            point = (point << 6) | (byte & 0x3F);
        }
        const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (overlong || surrogate || point > 0x10FFFF) return false;
        at += length;
    }
    return true;
}

}  // namespace

PathFault decode_path(std::string_view encoded, std::string& out, std::size_t& offset) {
    const std::size_t start = out.size();
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        char c = encoded[at];
        offset = at;
        if (c == '%') {
            const int high = at + 1 < encoded.size() ? hex_value(encoded[at + 1]) : -1;
            const int low = at + 2 < encoded.size() ? hex_value(encoded[at + 2]) : -1;
            if (high < 0 || low < 0) return PathFault::bad_escape;
            c = static_cast<char>(high * 16 + low);
            at += 2;
            if (c == '/') {
                out += "%2F";
                continue;
            }
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return PathFault::control_character;
        out += c;
    }
    offset = 0;
    return is_utf8(std::string_view{out}.substr(start)) ? PathFault::none : PathFault::bad_utf8;
}

// What is kept moves towards the front.
bool remove_dot_segments(std::string& path) {
    std::size_t kept = 0;
    for (std::size_t slash = 0; slash < path.size();) {
        const std::size_t end = std::min(path.find('/', slash + 1), path.size());
        const std::string_view segment = std::string_view{path}.substr(slash + 1, end - slash - 1);
        const bool last = end == path.size();
        if (segment == "." || segment == "..") {
            if (segment == "..") {
                if (kept == 0) return false;
                kept = path.rfind('/', kept - 1);
            }
            if (last) path[kept++] = '/';
        } else {
            std::string::traits_type::move(path.data() + kept, path.data() + slash, end - slash);
            kept += end - slash;
        }
        slash = end;
    }
    path.resize(kept);
    return true;
}

}  // namespace patchbay::detail
