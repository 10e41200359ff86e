#include "log/escaping.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay;

namespace {

std::string json(std::string_view text) {
    std::vector<char> room(text.size() * most_json_escape + 1);
    return {room.data(), escape_json(room.data(), text)};
}

std::string plain(std::string_view text) {
    std::vector<char> room(text.size() * most_text_escape + 1);
    return {room.data(), escape_text(room.data(), text)};
}

}  // namespace

TEST_CASE("what JSON may hold stays as it is") {
    CHECK(json("") == "");
    CHECK(json("/a/b?c=d&e=%2F~") == "/a/b?c=d&e=%2F~");
    CHECK(json("h\u00e9llo \u20ac \U0001f600") == "h\u00e9llo \u20ac \U0001f600");
}

TEST_CASE("nothing ends a JSON string, or a line, but what should") {
    CHECK(json("a\"b\\c") == R"(a\"b\\c)");
    CHECK(json("a\r\nb\t") == R"(a\u000d\u000ab\u0009)");
    CHECK(json({"\0\x1f\x7f", 3}) == R"(\u0000\u001f\u007f)");
    CHECK(json("\u0085\u009b\u2028\u2029") == R"(\u0085\u009b\u2028\u2029)");
}

TEST_CASE("bytes that are no UTF-8 are replaced, one by one") {
    CHECK(json("a\xff"
               "b") == R"(a\ufffdb)");
    CHECK(json("\xc0\xaf") == R"(\ufffd\ufffd)");                      // longer than it must be
    CHECK(json("\xe0\x80\xaf") == R"(\ufffd\ufffd\ufffd)");            // the same
    CHECK(json("\xed\xa0\x80") == R"(\ufffd\ufffd\ufffd)");            // a surrogate
    CHECK(json("\xf4\x90\x80\x80") == R"(\ufffd\ufffd\ufffd\ufffd)");  // above U+10FFFF
    CHECK(json("\xe2\x82") == R"(\ufffd\ufffd)");                      // cut short
    CHECK(json("\xe2\x82\"") == R"(\ufffd\ufffd\")");                  // and the quote is still a quote
}

TEST_CASE("any bytes give a JSON string that a strict parser takes, on one line") {
    std::mt19937 random{7};
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(random() % 24, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        const std::string text = json(bytes);
        REQUIRE(text.size() <= bytes.size() * most_json_escape);
        REQUIRE(nlohmann::json::accept('"' + text + '"'));
        for (const char c : text) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}

TEST_CASE("each byte is judged alike wherever it stands") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        for (std::size_t at = 0; at < 17; ++at) {
            const std::string before(at, 'b'), after(17 - at, 'a');
            REQUIRE(json(before + one + after) == before + json(one) + after);
            REQUIRE(plain(before + one + after) == before + plain(one) + after);
        }
    }
}

TEST_CASE("text for terminals is printable ASCII only") {
    CHECK(plain("GET /a?b=\"c\"\\") == R"(GET /a?b=\"c\"\\)");
    CHECK(plain("\x1b[2J\r\n\x9b") == R"(\x1b[2J\x0d\x0a\x9b)");
    CHECK(plain("\u00e9") == R"(\xc3\xa9)");
    for (int byte = 0; byte < 256; ++byte) {
        for (const char c : plain(std::string(1, static_cast<char>(byte)))) REQUIRE((c >= 0x20 && c < 0x7f));
    }
}
