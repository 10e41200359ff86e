// What client and server agree on for permessage-deflate (RFC 7692 §7.1). Pure functions.
#pragma once

#include "websocket/extension_list.hpp"

#include <optional>
#include <string>

namespace patchbay::websocket {

struct DeflateOptions {
    /// Keeps the window from one message to the next: smaller messages, for up to some 300 KiB a socket.
    bool context_takeover = false;
    int window_bits = 15;  ///< 9 to 15: the window has 2^bits bytes; a smaller one takes less memory
};

/// What was agreed on.
struct DeflateParameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    int server_max_window_bits = 15;
    int client_max_window_bits = 15;
};

struct DeflateAnswer {
    DeflateParameters parameters;
    std::string extension;  ///< as Sec-WebSocket-Extensions says it
};

/// What the server makes of one offer; nothing to decline it, as it has to where it isn't permessage-deflate
/// or a parameter is unknown, doubled or has a wrong value (RFC 7692 §7).
std::optional<DeflateAnswer> answer_deflate_offer(const Extension& offer, const DeflateOptions& options);

}  // namespace patchbay::websocket
