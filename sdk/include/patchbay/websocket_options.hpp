// What a WebSocket handler allows and expects of its clients. A plain aggregate, named in this order:
// `{.subprotocols = {"chat.v1"}, .max_message = 64 * 1024}`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace patchbay {

/// What a WebSocketSender does when its outbox is full.
enum class WebSocketOverflow : std::uint8_t {
    drop,   ///< the message is lost, and the socket goes on
    close,  ///< the socket is closed with CloseCode::policy_violation: the client can come back and start
            ///< anew
    wait    ///< the thread waits; never one of an event loop
};

struct WebSocketOptions {
    /// What may be spoken over it: of what the client offers, the first that is among them is agreed on. A
    /// client that offers none of them is served without.
    std::vector<std::string> subprotocols{};
    /// Whose pages may connect besides those of the host that is asked, as browsers say it:
    /// "https://example.com"; "*" is everybody's. Another Origin is answered 403, and a client without one,
    /// which is no browser, is let in.
    std::vector<std::string> origins{};
    std::size_t max_message = 1024 * 1024;  ///< bytes, decompressed; more closes with message_too_big
    /// permessage-deflate (RFC 7692), for clients that offer it. Off by default: it costs memory and time,
    /// and secrets that are compressed together with what an attacker sends can be guessed by their length.
    bool compression = false;
    /// A client that has not been heard of for so long, or up to twice that, is sent a ping; 0: never.
    /// Errors: std::invalid_argument by Handlers::websocket() when it is negative, or one of the timeouts
    /// below is not above 0.
    std::chrono::milliseconds ping_interval{20'000};
    std::chrono::milliseconds pong_timeout{20'000};  ///< and for so long after it: the socket is closed
    std::chrono::milliseconds close_timeout{5'000};  ///< for the client to answer a farewell
    /// For the handler, once the connection has ended, to end as well: then it is cancelled.
    std::chrono::milliseconds cleanup_timeout{30'000};
    /// Bytes that were posted and could not be sent yet, some for each message besides its own. An empty
    /// outbox takes a message of any size.
    std::size_t outbox = 256 * 1024;
    WebSocketOverflow when_full = WebSocketOverflow::close;
    /// At a reload, open sockets go over to the handler of this name in the new generation, if that adopts,
    /// too: see WebSocket::handing_over(). Without, they stay with the generation that accepted them.
    bool adopt = false;
};

}  // namespace patchbay
