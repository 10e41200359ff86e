// The HTTP side of a WebSocket: whether a request may become one, and the answer that makes it one. Functions
// without state, callable on any thread.
#pragma once

#include "http/response_writer.hpp"
#include "websocket/handshake.hpp"

#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/websocket_options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

websocket::Handshake websocket_handshake(const Request& request, const WebSocketOptions& options);

/// The answer to a request that is no handshake, or one of a page that may not connect: of another Origin
/// than the host that is asked and those allowed (RFC 6455 §10.2). Nothing for any other.
std::optional<Response> websocket_refusal(const Request& request, const WebSocketOptions& options,
                                          const websocket::Handshake& handshake);

/// The header lines of the 101 that are of the handshake (RFC 6455 §4.2.2).
std::string handshake_lines(const websocket::Handshake& handshake);
/// The 101 with those, and the headers of `response`.
void append_upgrade(std::string& out, const Response& response, std::string_view handshake, DateCache& date);

}  // namespace patchbay
