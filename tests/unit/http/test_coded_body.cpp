#include "http/coded_body.hpp"
#include "support/decoding.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace patchbay;
using test::decode;

namespace {

// The bytes in chunks; sets `ended` when the last one is among them.
std::string unchunked(std::string_view bytes, bool& ended) {
    std::string body;
    while (!bytes.empty()) {
        REQUIRE(!ended);
        const std::size_t line = bytes.find("\r\n");
        REQUIRE(line != std::string_view::npos);
        const std::size_t size = std::stoul(std::string{bytes.substr(0, line)}, nullptr, 16);
        REQUIRE(bytes.size() >= line + size + 4);
        body.append(bytes.substr(line + 2, size));
        REQUIRE(bytes.substr(line + 2 + size, 2) == "\r\n");
        bytes.remove_prefix(line + size + 4);
        ended = size == 0;
    }
    return body;
}

CodedBody gzip_body(bool chunked) { return {make_encoder(Coding::gzip, 1, std::nullopt), chunked}; }

class Broken final : public BodyEncoder {
    bool encode(std::string_view, Then, std::string&) override { return false; }
};

}  // namespace

TEST_CASE("a large body is made in slices") {
    const std::string text(coding_slice * 3 + 1, 'x');
    CodedBody body = gzip_body(true);
    body.add(text);
    body.end();
    std::string out;
    for (int slice = 0; slice < 3; ++slice) {
        CHECK(body.work(out).taken == coding_slice);
        CHECK(body.has_work());
        CHECK(!body.ended());
    }
    CHECK(body.work(out).taken == 1);
    CHECK(!body.has_work());
    CHECK(body.ended());
    bool ended = false;
    CHECK((decode("gzip", unchunked(out, ended)) == text));
    CHECK(ended);
}

TEST_CASE("an empty body has its end") {
    for (const bool chunked : {true, false}) {
        CodedBody body = gzip_body(chunked);
        CHECK(!body.has_work());
        body.add({});
        CHECK(!body.has_work());
        body.end();
        REQUIRE(body.has_work());
        std::string out;
        body.work(out);
        CHECK(body.ended());
        bool ended = false;
        CHECK(decode("gzip", chunked ? unchunked(out, ended) : out).empty());
        CHECK(ended == chunked);
    }
}

TEST_CASE("without chunks there are the coded bytes alone") {
    CodedBody body = gzip_body(false);
    body.add("text");
    std::string out;
    const std::size_t made = body.work(out).made;
    CHECK(made == out.size());
    CHECK(decode("gzip", out, false) == "text");
    body.end();
    const std::size_t made_last = body.work(out).made;
    CHECK(made + made_last == out.size());
    CHECK(decode("gzip", out) == "text");
}

TEST_CASE("whenever there is no more work, all that was added can be read") {
    std::mt19937 random{21};
    for (int round = 0; round < 40; ++round) {
        CodedBody body{make_encoder(round % 2 == 0 ? Coding::brotli : Coding::zstd, 1, std::nullopt), true};
        std::string text;
        std::string out;
        std::size_t taken = 0;
        std::size_t made = 0;
        const auto work = [&] {
            const auto progress = body.work(out);
            CHECK(progress.taken <= coding_slice);
            taken += progress.taken;
            made += progress.made;
        };
        const std::string_view name = round % 2 == 0 ? "br" : "zstd";
        bool ended = false;
        for (int step = 0; step < 12; ++step) {
            std::string bytes(random() % (coding_slice * 3), 'a');
            for (char& letter : bytes) letter = static_cast<char>('a' + random() % 5);
            text += bytes;
            body.add(std::move(bytes));
            if (random() % 3 == 0) continue;
            if (body.has_work()) work();
            if (random() % 2 == 0) continue;
            while (body.has_work()) work();
            CHECK((decode(name, unchunked(out, ended), false) == text));
        }
        body.end();
        while (body.has_work()) work();
        const std::string coded = unchunked(out, ended);
        CHECK(ended);
        CHECK((decode(name, coded) == text));
        CHECK(taken == text.size());
        CHECK(made == coded.size());
    }
}

TEST_CASE("a body that cannot be coded fails, and has more to do for ever") {
    CodedBody body{std::make_unique<Broken>(), true};
    body.add("text");
    body.end();
    std::string out;
    CHECK(body.work(out).taken == 0);
    CHECK(body.failed());
    CHECK(body.has_work());
    CHECK(out.empty());
}
