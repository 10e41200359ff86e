#include "websocket/message_writer.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;
using namespace patchbay::websocket;
using namespace std::string_literals;

namespace {

std::string head_of(std::size_t payload) {
    std::string out;
    append_frame_head(out, Opcode::binary, payload);
    return out;
}

std::string close(CloseCode code, std::string_view reason) {
    std::string out;
    append_close(out, code, reason);
    return out;
}

}  // namespace

TEST_CASE("each length has its shortest form") {
    CHECK(head_of(0) == "\x82\x00"s);
    CHECK(head_of(125) == "\x82\x7d");
    CHECK(head_of(126) == "\x82\x7e\x00\x7e"s);
    CHECK(head_of(0xFFFF) == "\x82\x7e\xff\xff");
    CHECK(head_of(0x10000) == "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
    CHECK(head_of(0x123456789AB) == "\x82\x7f\x00\x00\x01\x23\x45\x67\x89\xab"s);
}

TEST_CASE("a frame is appended to what is there") {
    std::string out = "x";
    append_frame(out, opcode_of(Kind::text), "Hello");
    append_frame(out, Opcode::pong, "");
    CHECK(out == "x\x81\x05Hello\x8a\x00"s);
    std::string compressed;
    append_frame_head(compressed, Opcode::text, 7, true);
    CHECK(compressed == "\xc1\x07");
}

TEST_CASE("a close says its code and reason, as far as they may be sent") {
    CHECK(close(CloseCode::normal, "bye") == "\x88\x05\x03\xe8"s + "bye");
    CHECK(close(CloseCode{4999}, "") == "\x88\x02\x13\x87");
    for (const auto code : {CloseCode::no_status, CloseCode::abnormal, CloseCode{1004}, CloseCode{1015},
                            CloseCode{999}, CloseCode{2999}, CloseCode{5000}})
        CHECK(close(code, "never said") == "\x88\x00"s);
}

TEST_CASE("a reason that is too long is cut between characters") {
    CHECK(close(CloseCode::normal, std::string(123, 'a')).size() == 2 + 125);
    CHECK(close(CloseCode::normal, std::string(124, 'a')) == close(CloseCode::normal, std::string(123, 'a')));
    const std::string euro = "\xe2\x82\xac";
    CHECK(close(CloseCode::normal, std::string(122, 'a') + euro) ==
          close(CloseCode::normal, std::string(122, 'a')));
    CHECK(close(CloseCode::normal, std::string(120, 'a') + euro + "b") ==
          close(CloseCode::normal, std::string(120, 'a') + euro));
}
