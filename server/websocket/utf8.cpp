#include "websocket/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace patchbay::websocket {
namespace {

// What may follow a first byte above ASCII.
struct Lead {
    std::uint8_t pending = 0;  // bytes that follow; 0: it begins nothing
    std::uint8_t low = 0;      // what the first of them may be; the others are 80..BF
    std::uint8_t high = 0;
};

// RFC 3629 §4. The narrow ranges leave out overlong forms, surrogates and what is beyond U+10FFFF.
constexpr Lead lead_of(unsigned byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
    if (byte == 0xE0) return {2, 0xA0, 0xBF};
    if (byte == 0xED) return {2, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
    if (byte == 0xF0) return {3, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
    if (byte == 0xF4) return {3, 0x80, 0x8F};
    return {};
}

constexpr auto leads = [] {
    std::array<Lead, 128> table;
    for (unsigned i = 0; i < table.size(); ++i) table[i] = lead_of(0x80 + i);
    return table;
}();

const char* skip_ascii(const char* at, const char* end) noexcept {
    using Word = std::uint64_t;
    constexpr Word high_bits = 0x8080808080808080;
    while (static_cast<std::size_t>(end - at) >= 2 * sizeof(Word)) {
        Word first = 0;
        Word second = 0;
        std::memcpy(&first, at, sizeof first);
        std::memcpy(&second, at + sizeof first, sizeof second);
        if (((first | second) & high_bits) != 0) break;
        at += 2 * sizeof(Word);
    }
    while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
    return at;
}

}  // namespace

bool Utf8Checker::take(std::string_view bytes) noexcept {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at != end) {
        const auto byte = static_cast<unsigned char>(*at);
        if (pending_ != 0) {
            if (byte < low_ || byte > high_) return false;
            low_ = 0x80;
            high_ = 0xBF;
            --pending_;
            ++at;
        } else if (byte < 0x80) {
            at = skip_ascii(at, end);
        } else {
            const Lead& lead = leads[byte - 0x80];
            if (lead.pending == 0) return false;
            pending_ = lead.pending;
            low_ = lead.low;
            high_ = lead.high;
            ++at;
        }
    }
    return true;
}

}  // namespace patchbay::websocket
