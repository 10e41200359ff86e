// The opening handshake, as the server sees it (RFC 6455 §4.2). Pure functions. What is refused, and why,
// stands in handshake_rules.cpp; whose origin is welcome is not asked here.
#pragma once

#include "websocket/deflate_offer.hpp"
#include "websocket/handshake_rules.hpp"

#include <patchbay/request.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace patchbay::websocket {

/// What the server has on offer.
struct HandshakeOptions {
    std::span<const std::string> subprotocols;
    std::optional<DeflateOptions> deflate;  ///< nothing: no compression
};

struct Handshake {
    HandshakeFault fault = HandshakeFault::none;  ///< where there is one, all else is empty
    std::string accept_key;                       ///< Sec-WebSocket-Accept
    /// Sec-WebSocket-Protocol: the first of the client's that is on offer; empty: none. Lifetime: that of the
    /// offered ones.
    std::string_view subprotocol;
    /// Sec-WebSocket-Extensions; nothing: no extension.
    std::optional<DeflateAnswer> deflate;
};

Handshake judge_handshake(const Request& request, const HandshakeOptions& options);

/// What Sec-WebSocket-Accept says to a Sec-WebSocket-Key.
std::string accept_key_of(std::string_view key);

}  // namespace patchbay::websocket
