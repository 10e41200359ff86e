#include "websocket/handshake.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace patchbay;
using namespace patchbay::websocket;
using http::field;
using Lines = std::vector<std::pair<field, std::string_view>>;

namespace {

const std::vector<std::string> known{"chat.v2", "chat.v1"};

// The lines that every handshake has, with those of `changed` in their place, and more behind them.
Lines lines_with(const Lines& changed, const Lines& more = {}) {
    Lines lines{{field::host, "example.org"},
                {field::upgrade, "websocket"},
                {field::connection, "Upgrade"},
                {field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="},
                {field::sec_websocket_version, "13"}};
    for (auto& line : lines)
        for (const auto& [name, value] : changed)
            if (line.first == name) line.second = value;
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

Lines lines_without(field name) {
    Lines lines = lines_with({});
    std::erase_if(lines, [name](const auto& line) { return line.first == name; });
    return lines;
}

Handshake judge(const Lines& lines, http::verb method = http::verb::get, unsigned version = 11) {
    std::vector<HeaderField> fields;
    for (const auto& [name, value] : lines) fields.push_back({name, http::to_string(name), value});
    detail::RequestData data;
    data.method = method;
    data.version = version;
    data.headers = fields;
    const Request request{data};
    return judge_handshake(request, {.subprotocols = known, .deflate = DeflateOptions{}});
}

std::string extension_for(const Lines& more) {
    const Handshake handshake = judge(lines_with({}, more));
    CHECK(handshake.fault == HandshakeFault::none);
    return handshake.deflate ? handshake.deflate->extension : "";
}

}  // namespace

TEST_CASE("the handshake of RFC 6455 is accepted") {
    const Handshake handshake = judge(lines_with({}));
    CHECK(handshake.fault == HandshakeFault::none);
    CHECK(handshake.accept_key == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(handshake.subprotocol.empty());
    CHECK_FALSE(handshake.deflate);
}

TEST_CASE("the upgrade may stand anywhere in its lists, in any case") {
    using enum field;
    CHECK(judge(lines_with({{upgrade, "WebSocket"}, {connection, "keep-alive, UPGRADE"}})).fault ==
          HandshakeFault::none);
    CHECK(judge(lines_with({{upgrade, "h2c, websocket"}, {connection, "keep-alive"}},
                           {{connection, "upgrade"}}))
              .fault == HandshakeFault::none);
    CHECK(judge(lines_with({}, {{content_length, "0"}})).fault == HandshakeFault::none);
}

TEST_CASE("each rule of the handshake refuses what it is about") {
    using enum HandshakeFault;
    using f = field;
    const auto fault = [](const Lines& lines) { return judge(lines).fault; };
    CHECK(judge(lines_with({}), http::verb::post).fault == not_get);
    CHECK(judge(lines_with({}), http::verb::head).fault == not_get);
    CHECK(judge(lines_with({}), http::verb::get, 10).fault == http_1_0);
    CHECK(fault(lines_without(f::upgrade)) == no_upgrade);
    CHECK(fault(lines_with({{f::upgrade, "websockets"}})) == no_upgrade);
    CHECK(fault(lines_without(f::connection)) == no_connection_upgrade);
    CHECK(fault(lines_with({{f::connection, "keep-alive"}})) == no_connection_upgrade);
    CHECK(fault(lines_with({}, {{f::content_length, "5"}})) == has_body);
    CHECK(fault(lines_with({}, {{f::transfer_encoding, "chunked"}})) == has_body);
    CHECK(fault(lines_with({}, {{f::sec_websocket_version, "13"}})) == several_versions);
    CHECK(fault(lines_without(f::sec_websocket_version)) == unsupported_version);
    for (const char* version : {"8", "12", "14", "013", "13, 8", "", "x"})
        CHECK(fault(lines_with({{f::sec_websocket_version, version}})) == unsupported_version);
    CHECK(fault(lines_without(f::sec_websocket_key)) == no_key);
    CHECK(fault(lines_with({}, {{f::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="}})) == several_keys);
    for (const char* key :
         {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQAA",
          "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub2*jZQ==", "dGhlIHNhbXBsZSBub25jZQAA=="})
        CHECK(fault(lines_with({{f::sec_websocket_key, key}})) == malformed_key);
    for (const char* subprotocols : {"a b", "chat.v1, (x)", "\"chat.v1\""})
        CHECK(fault(lines_with({}, {{f::sec_websocket_protocol, subprotocols}})) == malformed_subprotocols);
    for (const char* extensions : {"", "permessage-deflate;", "permessage-deflate, a b", "x=1"})
        CHECK(fault(lines_with({}, {{f::sec_websocket_extensions, extensions}})) == malformed_extensions);
}

TEST_CASE("what is refused gives nothing else") {
    const Handshake refused =
        judge(lines_with({}, {{field::sec_websocket_protocol, "chat.v1"},
                              {field::sec_websocket_extensions, "permessage-deflate, ;"}}));
    CHECK(refused.fault == HandshakeFault::malformed_extensions);
    CHECK(refused.accept_key.empty());
    CHECK(refused.subprotocol.empty());
    CHECK_FALSE(refused.deflate);
}

TEST_CASE("each refusal is a 4xx, and says where it comes from") {
    for (const HandshakeRule& rule : handshake_rules()) {
        CAPTURE(rule.detail);
        const bool client_error = static_cast<unsigned>(rule.status) / 100 == 4;
        CHECK(client_error);
        CHECK_FALSE(rule.section.empty());
    }
    CHECK(handshake_rule(HandshakeFault::unsupported_version).status == http::status::upgrade_required);
}

TEST_CASE("the client's order of subprotocols decides") {
    const auto chosen = [](const Lines& more) {
        return std::string{judge(lines_with({}, more)).subprotocol};
    };
    using enum field;
    CHECK(chosen({{sec_websocket_protocol, "chat.v1, chat.v2"}}) == "chat.v1");
    CHECK(chosen({{sec_websocket_protocol, "x"}, {sec_websocket_protocol, "y, chat.v2"}}) == "chat.v2");
    CHECK(chosen({{sec_websocket_protocol, "CHAT.V1"}}).empty());
    CHECK(chosen({}).empty());
}

TEST_CASE("the first offer of compression that will do is accepted") {
    using enum field;
    const std::string nothing_kept =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    CHECK(extension_for({}).empty());
    CHECK(extension_for({{sec_websocket_extensions, "permessage-bzip2"}}).empty());
    CHECK(extension_for({{sec_websocket_extensions, "permessage-deflate; x"}}).empty());
    CHECK(extension_for({{sec_websocket_extensions, "x, permessage-deflate; x, permessage-deflate"}}) ==
          nothing_kept);
    CHECK(extension_for({{sec_websocket_extensions, "permessage-deflate; server_max_window_bits=9"},
                         {sec_websocket_extensions, "permessage-deflate"}}) ==
          nothing_kept + "; server_max_window_bits=9");
}
