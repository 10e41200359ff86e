#include "peer_deflate.hpp"
#include "websocket/deflater.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace patchbay::websocket;
using namespace patchbay::websocket::test;

namespace {

struct Frame {
    bool compressed = false;
    unsigned opcode = 0;
    std::string payload;
};

// The one frame that was appended.
Frame frame_of(std::string_view bytes) {
    REQUIRE(bytes.size() >= 2);
    const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
    };
    const std::size_t width = byte(1) == 126 ? 2 : byte(1) == 127 ? 8 : 0;
    std::size_t size = width == 0 ? byte(1) : 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8U | byte(2 + i);
    CHECK(bytes.size() == 2 + width + size);
    CHECK((byte(0) & 0xB0U) == 0x80U);
    return {(byte(0) & 0x40U) != 0, static_cast<unsigned>(byte(0) & 0x0FU),
            std::string{bytes.substr(2 + width)}};
}

Frame sent(Deflater& deflater, std::string_view text) {
    std::string out;
    deflater.append_message(out, Kind::text, text);
    return frame_of(out);
}

}  // namespace

TEST_CASE("each message can be read with the window that was agreed on, and with nothing before it") {
    std::mt19937 random{31};
    CompressionPool pool;
    for (int bits = 8; bits <= 15; ++bits) {
        Deflater deflater{{.server_no_context_takeover = true, .server_max_window_bits = bits}, pool};
        PeerInflate peer{bits};
        for (const std::size_t size : {0, 1, 64, 1000, 4096, 4097, 16'384, 70'000, 300'000}) {
            const std::string text = any_text(random, size);
            const Frame frame = sent(deflater, text);
            CAPTURE(bits, size);
            CHECK(frame.opcode == 1);
            CHECK(frame.compressed == (size >= Deflater::least_size));
            peer.reset();
            CHECK(((frame.compressed ? peer.message(frame.payload) : frame.payload) == text));
        }
    }
}

TEST_CASE("a window that is kept makes a repeated message small") {
    CompressionPool pool;
    Deflater deflater{{}, pool};
    PeerInflate peer;
    std::mt19937 random{32};
    std::string text;
    while (text.size() < 5000) text += static_cast<char>('0' + random() % 64);
    const Frame first = sent(deflater, text);
    CHECK(peer.message(first.payload) == text);
    CHECK_FALSE(sent(deflater, "short").compressed);
    const Frame second = sent(deflater, text);
    CHECK(second.payload.size() < 100);
    CHECK(peer.message(second.payload) == text);
}

TEST_CASE("what would become no smaller is sent as it is") {
    CompressionPool pool;
    Deflater deflater{{.server_no_context_takeover = true}, pool};
    std::mt19937 random{33};
    std::string noise;
    while (noise.size() < 3000) noise += static_cast<char>(random());
    std::string out;
    deflater.append_message(out, Kind::binary, noise);
    const Frame frame = frame_of(out);
    CHECK_FALSE(frame.compressed);
    CHECK(frame.opcode == 2);
    CHECK(frame.payload == noise);
    CHECK_FALSE(sent(deflater, std::string(Deflater::least_size - 1, 'x')).compressed);
    CHECK(sent(deflater, std::string(Deflater::least_size, 'x')).compressed);
}

TEST_CASE("output of any size is whole, also where it just fills a piece") {
    CompressionPool pool;
    Deflater deflater{{}, pool};
    PeerInflate peer;
    std::mt19937 random{34};
    std::string noise;
    while (noise.size() < 17'000) noise += static_cast<char>('0' + random() % 64);
    for (std::size_t size = 16'000; size < 17'000; ++size) {
        const std::string_view text = std::string_view{noise}.substr(0, size);
        if (peer.message(sent(deflater, text).payload) != text) FAIL(size);
    }
}

TEST_CASE("sockets that keep nothing share streams") {
    CompressionPool pool;
    PeerInflate peer;
    std::mt19937 random{35};
    for (int i = 0; i < 20; ++i) {
        Deflater one{{.server_no_context_takeover = true}, pool};
        Deflater other{{.server_no_context_takeover = true}, pool};
        for (Deflater* deflater : {&one, &other}) {
            const std::string text = any_text(random, 6000);
            peer.reset();
            CHECK(peer.message(sent(*deflater, text).payload) == text);
        }
    }
}
