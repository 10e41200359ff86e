#include "support/client_frame.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/message_reader.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;
using namespace patchbay::websocket;
using namespace std::string_literals;
using Step = MessageReader::Step;

namespace {

// What refuses the bytes, given in pieces.
FrameFault fault_of(std::string bytes, std::size_t piece) {
    MessageReader reader{{.frame = 200, .message = 300}};
    while (!bytes.empty()) {
        std::string part = bytes.substr(0, piece);
        const Step step = reader.read(part);
        if (step == Step::refused) {
            CHECK(reader.close_code() == frame_rule(reader.fault()).code);
            CHECK(reader.close_reason() == frame_rule(reader.fault()).detail);
            return reader.fault();
        }
        bytes.erase(0, reader.consumed());
    }
    return FrameFault::none;
}

struct Case {
    FrameFault fault;
    std::string bytes;
};

std::vector<Case> cases() {
    using enum FrameFault;
    const ClientFrame first{.fin = false};
    return {
        {reserved_bit, text_frame("x", {.reserved = 1})},
        {reserved_bit, text_frame("x", {.reserved = 2})},
        {reserved_bit, text_frame("x", {.reserved = 4})},
        {reserved_bit, client_frame(9, "x", {.reserved = 1})},
        {reserved_bit, client_frame(9, "x", {.reserved = 4})},
        {reserved_opcode, client_frame(3, "")},
        {reserved_opcode, client_frame(7, "x")},
        {reserved_opcode, client_frame(11, "")},
        {reserved_opcode, client_frame(15, "x")},
        {control_fragmented, client_frame(8, "", first)},
        {control_fragmented, client_frame(9, "x", first)},
        {control_too_long, client_frame(9, std::string(126, 'x'))},
        {control_too_long, client_frame(8, std::string(70'000, 'x'))},
        {not_masked, "\x81\x01x"},
        {not_masked, "\x8a\x00"s},
        {not_masked, text_frame("x") + "\x88\x00"s},
        {length_not_minimal, "\x81\xfe\x00\x7d"s},
        {length_not_minimal, "\x81\xfe\x00\x00"s},
        {length_not_minimal, "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"s},
        {length_out_of_range, "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x01"s},
        {length_out_of_range, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
        {continues_nothing, client_frame(0, "x")},
        {continues_nothing, client_frame(0, "x", first)},
        {continues_nothing, text_frame("x") + client_frame(0, "x")},
        {continues_nothing, text_frame("x", first) + client_frame(0, "y") + client_frame(0, "z")},
        {message_not_finished, text_frame("x", first) + text_frame("y")},
        {message_not_finished, text_frame("", first) + client_frame(9, "") + client_frame(2, "y")},
        {frame_too_big, text_frame(std::string(201, 'x'))},
        {frame_too_big, "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + "mask"},
        {message_too_big,
         client_frame(2, std::string(200, 'x'), first) + client_frame(0, std::string(101, 'x'))},
        {text_not_utf8, text_frame("a\x80")},
        {text_not_utf8, text_frame("\xe2\x82")},
        {text_not_utf8, text_frame("\xe2", first) + client_frame(0, "x", first)},
        {text_not_utf8, text_frame("\xe2\x82", first) + client_frame(9, "\xff") + client_frame(0, "")},
        {close_code_cut_off, client_frame(8, "\x03")},
        {close_code_invalid, close_frame(0)},
        {close_code_invalid, close_frame(999)},
        {close_code_invalid, close_frame(1004)},
        {close_code_invalid, close_frame(1005, "x")},
        {close_code_invalid, close_frame(1006)},
        {close_code_invalid, close_frame(1015)},
        {close_code_invalid, close_frame(2999)},
        {close_code_invalid, close_frame(5000)},
        {close_code_invalid, close_frame(65535)},
        {close_reason_not_utf8, close_frame(1000, "\xff")},
        {close_reason_not_utf8, close_frame(1000, "abc\xe2\x82")},
    };
}

}  // namespace

TEST_CASE("each rule refuses what it is about, however the bytes arrive") {
    for (const auto& [fault, bytes] : cases()) {
        for (const std::size_t piece : {1, 2, 3, 7, 100'000}) {
            CAPTURE(frame_rule(fault).detail, bytes, piece);
            CHECK(fault_of(bytes, piece) == fault);
        }
    }
}

TEST_CASE("text that is wrong is refused before its frame has ended") {
    const std::string bytes = text_frame("abc\xc3(" + std::string(100, 'x'));
    CHECK(fault_of(bytes.substr(0, 6 + 4), 1) == FrameFault::none);
    CHECK(fault_of(bytes.substr(0, 6 + 5), 1) == FrameFault::text_not_utf8);
    CHECK(fault_of(bytes.substr(0, 6 + 5), 100) == FrameFault::text_not_utf8);
}

TEST_CASE("a frame that is too big is refused by its head") {
    CHECK(fault_of("\x82\xfe\x00\xc9mask"s, 100) == FrameFault::frame_too_big);
}
