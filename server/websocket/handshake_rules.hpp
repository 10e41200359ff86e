// What makes a request no opening handshake: a decision a row, with the answer and the section that it rests
// on.
#pragma once

#include <boost/beast/http/status.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace patchbay::websocket {

enum class HandshakeFault : std::uint8_t {
    none,
    not_get,
    http_1_0,
    no_upgrade,
    no_connection_upgrade,
    has_body,
    several_versions,
    unsupported_version,
    no_key,
    several_keys,
    malformed_key,
    malformed_subprotocols,
    malformed_extensions,
};

/// A 426 also says "Upgrade: websocket", "Connection: Upgrade" and "Sec-WebSocket-Version: 13"
/// (RFC 9110 §15.5.22, RFC 6455 §4.4).
struct HandshakeRule {
    HandshakeFault fault = HandshakeFault::none;
    boost::beast::http::status status = boost::beast::http::status::bad_request;
    std::string_view detail;   ///< for the caller; a literal
    std::string_view section;  ///< where the decision comes from
};

/// Every fault but `none`, in their order.
std::span<const HandshakeRule> handshake_rules() noexcept;
/// Precondition: not `none`.
const HandshakeRule& handshake_rule(HandshakeFault fault) noexcept;

}  // namespace patchbay::websocket
