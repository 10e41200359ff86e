#include "http/body_encoder.hpp"
#include "support/decoding.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace patchbay;
using test::decode;
using Then = BodyEncoder::Then;

namespace {

constexpr Coding codings[] = {Coding::gzip, Coding::brotli, Coding::zstd};

std::string encode(Coding coding, int level, std::string_view text) {
    const auto encoder = make_encoder(coding, level, text.size());
    REQUIRE(encoder);
    std::string bytes;
    REQUIRE(encoder->encode(text, Then::end, bytes));
    return bytes;
}

// Words, which repeat, and noise, which does not, in stretches of any length.
std::string any_text(std::mt19937& random, std::size_t size) {
    std::string text;
    while (text.size() < size) {
        const bool noise = random() % 4 == 0;
        for (std::size_t left = random() % 2'000; left > 0; --left)
            text += noise ? static_cast<char>(random()) : static_cast<char>('a' + random() % 3);
    }
    text.resize(size);
    return text;
}

}  // namespace

TEST_CASE("each coding can be undone, for each level and any size") {
    std::mt19937 random{11};
    for (const Coding coding : codings) {
        for (const int level : {1, 3, 6}) {
            for (const std::size_t size : {0, 1, 100, 255, 256, 257, 512, 4'096, 32'768, 70'000, 400'000}) {
                const std::string text = any_text(random, size);
                CAPTURE(to_string(coding), level, size);
                CHECK((decode(to_string(coding), encode(coding, level, text)) == text));
            }
        }
    }
}

TEST_CASE("text becomes smaller, noise hardly larger") {
    const std::string text(50'000, 'x');
    std::mt19937 random{12};
    std::string noise;
    for (int i = 0; i < 50'000; ++i) noise += static_cast<char>(random());
    for (const Coding coding : codings) {
        CHECK(encode(coding, 3, text).size() < 500);
        CHECK(encode(coding, 3, noise).size() < noise.size() + 100);
    }
}

TEST_CASE("whatever the pieces and the flushes, all that was flushed can be read") {
    std::mt19937 random{13};
    for (int round = 0; round < 60; ++round) {
        const Coding coding = codings[round % 3];
        const std::string text = any_text(random, random() % 300'000);
        CAPTURE(round, text.size());
        const bool sized = random() % 2 == 0;
        const auto encoder =
            make_encoder(coding, 3, sized ? std::optional<std::size_t>{text.size()} : std::nullopt);
        REQUIRE(encoder);
        std::string bytes;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = std::min<std::size_t>(
                text.size() - at, random() % 3 == 0 ? random() % 50 : random() % 40'000);
            const bool flushes = random() % 3 == 0;
            REQUIRE(encoder->encode(std::string_view{text}.substr(at, size),
                                    flushes ? Then::flush : Then::more, bytes));
            at += size;
            if (flushes) CHECK((decode(to_string(coding), bytes, false) == text.substr(0, at)));
        }
        REQUIRE(encoder->encode({}, Then::end, bytes));
        CHECK((decode(to_string(coding), bytes) == text));
    }
}

TEST_CASE("flushing twice, and ending after a flush, harms nothing") {
    for (const Coding coding : codings) {
        const auto encoder = make_encoder(coding, 3, std::nullopt);
        std::string bytes;
        REQUIRE(encoder->encode({}, Then::flush, bytes));
        REQUIRE(encoder->encode("text", Then::flush, bytes));
        REQUIRE(encoder->encode({}, Then::flush, bytes));
        CHECK(decode(to_string(coding), bytes, false) == "text");
        REQUIRE(encoder->encode({}, Then::end, bytes));
        CHECK(decode(to_string(coding), bytes) == "text");
    }
}

TEST_CASE("codings have the names of the registry") {
    CHECK(to_string(Coding::brotli) == "br");
    for (const Coding coding : codings) CHECK(coding_of(to_string(coding)) == coding);
    CHECK(!coding_of("deflate"));
    CHECK(!coding_of(""));
}
