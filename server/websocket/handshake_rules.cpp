#include "websocket/handshake_rules.hpp"

#include "http/rule_table.hpp"

#include <array>

namespace patchbay::websocket {
namespace {

constexpr auto table_of_handshake_rules = [] {
    using boost::beast::http::status;
    using enum HandshakeFault;
    return std::array{
        HandshakeRule{not_get, status::method_not_allowed, "a WebSocket begins with GET", "RFC 6455 §4.2.1"},
        // Whose Upgrade is to be ignored.
        HandshakeRule{http_1_0, status::upgrade_required, "a WebSocket needs HTTP/1.1", "RFC 9110 §7.8"},
        HandshakeRule{no_upgrade, status::upgrade_required, "here is a WebSocket: no \"Upgrade: websocket\"",
                      "RFC 6455 §4.2.1, RFC 9110 §15.5.22"},
        HandshakeRule{no_connection_upgrade, status::bad_request, "no \"Connection: Upgrade\"",
                      "RFC 6455 §4.2.1, RFC 9110 §7.8"},
        // Where it ended, and the frames began, two readers could understand differently.
        HandshakeRule{has_body, status::bad_request, "a request for a WebSocket has no body",
                      "RFC 9110 §9.3.1"},
        HandshakeRule{several_versions, status::bad_request, "more than one Sec-WebSocket-Version",
                      "RFC 6455 §11.3.5"},
        HandshakeRule{unsupported_version, status::upgrade_required, "Sec-WebSocket-Version is not 13",
                      "RFC 6455 §4.2.2, §4.4"},
        HandshakeRule{no_key, status::bad_request, "no Sec-WebSocket-Key", "RFC 6455 §4.2.1"},
        HandshakeRule{several_keys, status::bad_request, "more than one Sec-WebSocket-Key",
                      "RFC 6455 §11.3.1"},
        HandshakeRule{malformed_key, status::bad_request, "Sec-WebSocket-Key is not 16 bytes in base64",
                      "RFC 6455 §4.2.1"},
        HandshakeRule{malformed_subprotocols, status::bad_request, "malformed Sec-WebSocket-Protocol",
                      "RFC 6455 §4.1, §11.3.4"},
        HandshakeRule{malformed_extensions, status::bad_request, "malformed Sec-WebSocket-Extensions",
                      "RFC 6455 §9.1"},
    };
}();

static_assert(has_each_in_order(table_of_handshake_rules, HandshakeFault::malformed_extensions));

}  // namespace

std::span<const HandshakeRule> handshake_rules() noexcept { return table_of_handshake_rules; }

const HandshakeRule& handshake_rule(HandshakeFault fault) noexcept {
    return row_of(table_of_handshake_rules, fault);
}

}  // namespace patchbay::websocket
