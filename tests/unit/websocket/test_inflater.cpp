#include "peer_deflate.hpp"
#include "support/client_frame.hpp"
#include "websocket/message_reader.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;
using namespace patchbay::websocket;
using namespace patchbay::websocket::test;
using namespace std::string_literals;
using Step = MessageReader::Step;

namespace {

constexpr DeflateParameters kept{};
constexpr DeflateParameters not_kept{.server_no_context_takeover = true, .client_no_context_takeover = true};
constexpr unsigned rsv1 = 4;

// A WebSocket's reader, its loop's pool, and what came of the bytes.
class Reading {
public:
    explicit Reading(const DeflateParameters& parameters, std::size_t message = 1'000'000)
        : reader_{{1'000'000, message}} {
        reader_.inflate_with(parameters, pool_);
    }

    void read(const std::string& bytes, std::size_t piece = 1'000'000) {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            std::string part = bytes.substr(at, piece);
            std::span<char> rest{part};
            for (;;) {
                const Step step = reader_.read(rest);
                rest = rest.subspan(reader_.consumed());
                if (step == Step::need_more) break;
                if (step == Step::message) messages.emplace_back(reader_.payload());
                if (step == Step::ping) pings.emplace_back(reader_.payload());
                if (step == Step::refused) {
                    fault = reader_.fault();
                    break;
                }
            }
        }
    }

    std::vector<std::string> messages, pings;
    FrameFault fault = FrameFault::none;

private:
    CompressionPool pool_;
    MessageReader reader_;
};

std::string compressed_frame(std::string_view payload, unsigned opcode = 1) {
    return client_frame(opcode, payload, {.reserved = rsv1});
}

std::vector<std::string> messages_of(const std::string& bytes, const DeflateParameters& parameters = kept) {
    Reading reading{parameters};
    reading.read(bytes);
    CHECK(reading.fault == FrameFault::none);
    return reading.messages;
}

FrameFault inflating_fault_of(const std::string& bytes, std::size_t message = 1'000'000) {
    std::optional<FrameFault> fault;
    for (const std::size_t piece : {1, 7, 100'000}) {
        Reading reading{not_kept, message};
        reading.read(bytes, piece);
        if (fault) CHECK(reading.fault == *fault);
        fault = reading.fault;
    }
    return *fault;
}

}  // namespace

TEST_CASE("the examples of RFC 7692 are read") {
    const std::vector<std::string> hello{"Hello"};
    const std::string once = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
    CHECK(messages_of(compressed_frame(once)) == hello);
    CHECK(messages_of(client_frame(1, once.substr(0, 3), {.fin = false, .reserved = rsv1}) +
                      client_frame(0, once.substr(3))) == hello);
    CHECK(messages_of(compressed_frame(once) + compressed_frame("\xf2\x00\x11\x00\x00"s)) ==
          std::vector<std::string>{"Hello", "Hello"});
    CHECK(messages_of(compressed_frame("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s)) == hello);
    CHECK(messages_of(compressed_frame("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s)) == hello);
    CHECK(messages_of(compressed_frame("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s)) == hello);
    CHECK(messages_of(compressed_frame("\x00"s)) == std::vector<std::string>{""});
}

TEST_CASE("messages of any size and kind of block are decompressed") {
    std::mt19937 random{21};
    for (const int level : {0, 1, 9}) {
        for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY}) {
            PeerDeflate peer{15, level, strategy};
            Reading reading{kept};
            std::vector<std::string> sent;
            for (const std::size_t size : {0, 1, 64, 1000, 16'384, 70'000, 5, 300'000}) {
                sent.push_back(any_text(random, size));
                reading.read(compressed_frame(peer.message(sent.back())), 10'000);
            }
            CAPTURE(level, strategy);
            CHECK((reading.messages == sent));
            CHECK(reading.fault == FrameFault::none);
        }
    }
}

TEST_CASE("compressed messages in parts, with frames between them, come in pieces of any size") {
    PeerDeflate peer;
    std::mt19937 random{22};
    const std::string text = any_text(random, 3000);
    const std::string payload = peer.message(text);
    std::string bytes = client_frame(2, payload.substr(0, 10), {.fin = false, .reserved = rsv1});
    bytes += client_frame(9, "ping") + client_frame(0, "", {.fin = false});
    for (std::size_t at = 10; at < payload.size(); at += 77)
        bytes += client_frame(0, payload.substr(at, 77), {.fin = at + 77 >= payload.size()});
    bytes += text_frame("plain") + compressed_frame(peer.message(text));
    for (const std::size_t piece : {1, 2, 13, 1000, 100'000}) {
        Reading reading{kept};
        reading.read(bytes, piece);
        CAPTURE(piece);
        CHECK((reading.messages == std::vector{text, "plain"s, text}));
        CHECK(reading.pings == std::vector{"ping"s});
    }
}

TEST_CASE(
    "blocks that say they are the last may be followed by others, and by messages that use their window") {
    const std::string text = "a text that is long enough to be referred to";
    PeerDeflate ended;
    const std::string last = ended.part(text, Z_FINISH);
    CHECK(messages_of(compressed_frame(last + '\0')) == std::vector{text});
    // Its last four bytes are those that are left out.
    CHECK(messages_of(compressed_frame("\x01"s)) == std::vector{""s});

    ended.reset();
    const std::string again = ended.part(text, Z_FINISH) + last;
    CHECK(messages_of(compressed_frame(again + '\0')) == std::vector{text + text});

    PeerDeflate goes_on;
    const std::string first = goes_on.message(text);
    const std::string second = goes_on.message(text);
    CHECK(messages_of(compressed_frame(first) + compressed_frame("\x03\x00"s + '\0') +
                      compressed_frame(second)) == std::vector{text, ""s, text});
}

TEST_CASE("a client that does not keep its window begins each message anew") {
    PeerDeflate peer;
    const std::string text = "a text that is long enough to be referred to";
    const std::string first = peer.message(text);
    const std::string second = peer.message(text);
    CHECK(messages_of(compressed_frame(first) + compressed_frame(first), not_kept) ==
          std::vector{text, text});
    CHECK(messages_of(compressed_frame(first) + compressed_frame(second)) == std::vector{text, text});
    CHECK(inflating_fault_of(compressed_frame(first) + compressed_frame(second)) ==
          FrameFault::malformed_deflate);
}

TEST_CASE("what a compressed frame must not be is refused") {
    using enum FrameFault;
    PeerDeflate peer;
    const std::string payload = peer.message(std::string(1000, 'x'));
    CHECK(inflating_fault_of(client_frame(9, "x", {.reserved = rsv1})) == compressed_control);
    CHECK(inflating_fault_of(client_frame(8, "", {.reserved = rsv1})) == compressed_control);
    CHECK(inflating_fault_of(client_frame(1, payload, {.fin = false, .reserved = rsv1}) +
                             client_frame(0, "", {.reserved = rsv1})) == compressed_continuation);
    CHECK(inflating_fault_of(client_frame(1, "x", {.fin = false}) +
                             client_frame(0, "", {.reserved = rsv1})) == compressed_continuation);
    CHECK(inflating_fault_of(compressed_frame(payload.substr(0, payload.size() - 2))) == unfinished_deflate);
    CHECK(inflating_fault_of(compressed_frame("")) == unfinished_deflate);
    CHECK(inflating_fault_of(compressed_frame("\x06")) == malformed_deflate);
    CHECK(inflating_fault_of(compressed_frame("\x00\x05\x00\x05\x00hello"s)) == malformed_deflate);
    CHECK(inflating_fault_of(compressed_frame("plain text that is none")) == malformed_deflate);
    PeerDeflate of_noise;
    CHECK(inflating_fault_of(compressed_frame(of_noise.message("a\xff"))) == text_not_utf8);
    CHECK(inflating_fault_of(compressed_frame(of_noise.message("\xe2\x82"))) == text_not_utf8);
    CHECK(inflating_fault_of(compressed_frame(of_noise.message("\xff"), 2)) == none);
}

TEST_CASE("decompressing stops at the limit") {
    PeerDeflate peer{15, 9};
    const std::string exact = peer.message(std::string(50'000, 'x'));
    peer.reset();
    const std::string more = peer.message(std::string(50'001, 'x'));
    peer.reset();
    const std::string bomb = peer.message(std::string(50'000'000, 'x'));
    CHECK(inflating_fault_of(compressed_frame(exact), 50'000) == FrameFault::none);
    CHECK(inflating_fault_of(compressed_frame(more), 50'000) == FrameFault::message_too_big);
    CHECK(inflating_fault_of(compressed_frame(bomb), 50'000) == FrameFault::message_too_big);
    // Also where the message never ends.
    CHECK(inflating_fault_of(client_frame(2, bomb, {.fin = false, .reserved = rsv1}), 50'000) ==
          FrameFault::message_too_big);
    CHECK(frame_rule(FrameFault::message_too_big).code == CloseCode::message_too_big);
}
