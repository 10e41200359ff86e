#include "websocket/utf8.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace patchbay::websocket;

namespace {

// By the definition: every code point that may be encoded, in its only form.
std::string encode(unsigned point) {
    const auto continuation = [&](unsigned shift) {
        return static_cast<char>(0x80U | (point >> shift & 0x3FU));
    };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0U | point >> 6U), continuation(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0U | point >> 12U), continuation(6), continuation(0)};
    return {static_cast<char>(0xF0U | point >> 18U), continuation(12), continuation(6), continuation(0)};
}

// How many bytes are taken before one is refused; all of them if none is.
std::size_t taken(std::string_view bytes) {
    Utf8Checker checker;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (!checker.take(bytes.substr(i, 1))) return i;
    return bytes.size();
}

}  // namespace

TEST_CASE("UTF-8 is every code point but surrogates, and nothing beyond U+10FFFF") {
    for (unsigned point = 0; point < 0x200000; ++point) {
        const bool may_be = point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
        if (is_utf8(encode(point)) != may_be) FAIL(point);
    }
}

TEST_CASE("UTF-8 that is wrong is refused at the first byte that can't be") {
    const std::vector<std::pair<std::string, std::size_t>> cases{{"\x80", 0},
                                                                 {"\xbf", 0},
                                                                 {"\xc0\x80", 0},
                                                                 {"\xc1\xbf", 0},
                                                                 {"\xe0\x9f\xbf", 1},
                                                                 {"\xed\xa0\x80", 1},
                                                                 {"\xf0\x8f\xbf\xbf", 1},
                                                                 {"\xf4\x90\x80\x80", 1},
                                                                 {"\xf5", 0},
                                                                 {"\xff", 0},
                                                                 {"\xc3(", 1},
                                                                 {"\xe2\x82(", 2},
                                                                 {"\xf0\x9f\x98(", 3}};
    for (const auto& [bytes, position] : cases) {
        for (const std::size_t before : {0, 1, 7, 8, 15, 16, 17, 40}) {
            const std::string text = std::string(before, 'a') + bytes + std::string(20, 'a');
            CAPTURE(text, before);
            CHECK(taken(text) == before + position);
            CHECK_FALSE(is_utf8(text));
        }
    }
}

TEST_CASE("a character that is cut off may go on, and is not complete") {
    Utf8Checker checker;
    CHECK(checker.complete());
    CHECK(checker.take("abc\xf0\x9f"));
    CHECK_FALSE(checker.complete());
    CHECK(checker.take("\x98"));
    CHECK(checker.take(""));
    CHECK_FALSE(checker.complete());
    CHECK(checker.take("\x80xyz"));
    CHECK(checker.complete());
    CHECK_FALSE(is_utf8("\xe2\x82"));
}
