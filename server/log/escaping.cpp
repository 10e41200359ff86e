#include "log/escaping.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace patchbay {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

// Printable ASCII but for the quote and the backslash.
constexpr auto plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) plain[byte] = byte != '"' && byte != '\\';
    return plain;
}();

bool is_plain(char c) noexcept { return plain_bytes[static_cast<unsigned char>(c)]; }

char* copy(char* out, std::string_view text) noexcept {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

constexpr std::uint64_t each_byte(std::uint64_t byte) noexcept { return byte * 0x0101010101010101; }

// Sets the high bit of each byte below 0x80 that is zero; of others too, perhaps, behind one that is.
constexpr std::uint64_t zero_bytes(std::uint64_t bytes) noexcept {
    return (bytes - each_byte(1)) & ~bytes & each_byte(0x80);
}

// Are all eight plain? Most that stands in a request is, so that it is copied by eights.
bool are_plain(std::uint64_t bytes) noexcept {
    const std::uint64_t controls = (bytes - each_byte(0x20)) | bytes;  // and what is above 0x7f
    return ((controls & each_byte(0x80)) | zero_bytes(bytes ^ each_byte('"')) |
            zero_bytes(bytes ^ each_byte('\\')) | zero_bytes(bytes ^ each_byte(0x7f))) == 0;
}

char* copy_plain(char* out, std::string_view& text) noexcept {
    const char* from = text.data();
    const char* const end = from + text.size();
    for (std::uint64_t bytes = 0; end - from >= 8; from += 8, out += 8) {
        std::memcpy(&bytes, from, sizeof bytes);
        if (!are_plain(bytes)) break;
        std::memcpy(out, &bytes, sizeof bytes);
    }
    while (from != end && is_plain(*from)) *out++ = *from++;
    text = {from, static_cast<std::size_t>(end - from)};
    return out;
}

char* write_unit(char* out, unsigned unit) noexcept {
    out = copy(out, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4) *out++ = digits[(unit >> shift) & 0xf];
    return out;
}

struct CodePoint {
    unsigned value = 0;
    std::size_t size = 0;  // 0: no UTF-8
};

// RFC 3629 §4: no surrogates, nothing longer than it must be, nothing above U+10FFFF.
CodePoint decode_utf8(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[at]));
    };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
    unsigned value = first & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr std::array<unsigned, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    if (value < least[size] || surrogate || value > 0x10ffff) return {};
    return {value, size};
}

bool must_be_escaped(unsigned value) noexcept {
    return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0x2028 || value == 0x2029;
}

}  // namespace

char* escape_json(char* out, std::string_view text) noexcept {
    for (;;) {
        out = copy_plain(out, text);
        if (text.empty()) return out;
        const CodePoint point = decode_utf8(text);
        if (point.size == 0) {
            out = copy(out, "\\ufffd");
        } else if (text.front() == '"' || text.front() == '\\') {
            *out++ = '\\';
            *out++ = text.front();
        } else if (must_be_escaped(point.value)) {
            out = write_unit(out, point.value);
        } else {
            out = copy(out, text.substr(0, point.size));
        }
        text.remove_prefix(point.size == 0 ? 1 : point.size);
    }
}

char* escape_text(char* out, std::string_view text) noexcept {
    for (;;) {
        out = copy_plain(out, text);
        if (text.empty()) return out;
        const auto byte = static_cast<unsigned char>(text.front());
        *out++ = '\\';
        if (byte == '"' || byte == '\\') {
            *out++ = text.front();
        } else {
            *out++ = 'x';
            *out++ = digits[byte >> 4];
            *out++ = digits[byte & 0xf];
        }
        text.remove_prefix(1);
    }
}

bool is_control_at(std::string_view text, std::size_t at) noexcept {
    const auto is_c1 = [&](std::size_t begin) {  // U+0080 to U+009F
        return begin + 1 < text.size() && text[begin] == '\xc2' &&
               (static_cast<unsigned char>(text[begin + 1]) & 0xe0) == 0x80;
    };
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte < 0x20 || byte == 0x7f || is_c1(at) || (at > 0 && is_c1(at - 1));
}

void append_escaped(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\\') {
            out += "\\\\";
        } else if (is_control_at(text, at)) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 0xf];
        } else {
            out += c;
        }
    }
}

}  // namespace patchbay
