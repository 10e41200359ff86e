// WebSockets as a plugin sees them (RFC 6455): what Handlers::websocket() gives its handler.
#pragma once

#include <patchbay/cookie.hpp>
#include <patchbay/detail/websocket_session.hpp>
#include <patchbay/export.hpp>
#include <patchbay/websocket_close.hpp>
#include <patchbay/websocket_message.hpp>
#include <patchbay/websocket_options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

class Channel;

/// Sends from anywhere: any thread, any task, also when the socket has gone. Copies are one sender.
class PATCHBAY_API WebSocketSender {
public:
    explicit WebSocketSender(std::shared_ptr<detail::WebSocketOutbox> outbox) noexcept;

    /// Queues a text, or bytes, after what was posted before; false when it was dropped or the socket is
    /// closed. What happens when WebSocketOptions::outbox is full is WebSocketOptions::when_full.
    /// Precondition: a text is UTF-8. Errors: std::logic_error when it would have to wait on an event loop.
    bool post(std::string_view text) const;
    bool post_bytes(std::string_view bytes) const;

private:
    std::shared_ptr<detail::WebSocketOutbox> outbox_;
};

/// One WebSocket, from the handshake on. Lifetime: the handler's. Used on its loop; any number of tasks may
/// send, and one at a time receive.
///
/// The handler's end closes it with CloseCode::normal; a WebSocketError with its own code; any other
/// exception with CloseCode::internal_error, and is logged. Before the handshake is accepted, which the first
/// receive() or send() does, an exception is an answer as any handler's is: `throw
/// HttpError{http::status::forbidden}`.
class PATCHBAY_API WebSocket {
public:
    explicit WebSocket(detail::WebSocketSession& session) noexcept : session_{&session} {}
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    /// For the answer to the handshake. Errors: as Response::header() and cookie(); std::logic_error when it
    /// is accepted already.
    WebSocket& header(std::string_view name, std::string_view value);
    WebSocket& cookie(const Cookie& cookie);

    /// `co_await socket.accept()`: answers the handshake, and ends when that is out. Errors (of all three
    /// awaited): boost::system::system_error, operation_aborted, when the task was cancelled.
    auto accept() noexcept { return detail::WebSocketAccept{session_}; }

    /// The next message; nothing when the socket is closed, by whomever:
    /// `while (auto message = co_await socket.receive())`. Whoever does not receive holds the client back.
    /// Errors: std::logic_error while another task receives.
    auto receive() noexcept { return detail::WebSocketReceive{session_}; }

    /// Sends a text, or bytes, and ends when there is room for more, so that a slow client slows its handler
    /// down instead of filling the memory. False when the socket is closed: what was sent may not have
    /// arrived. Precondition: a text is UTF-8. Lifetime: what is sent is read when it is awaited, and copied.
    auto send(std::string_view text) noexcept { return detail::WebSocketSend{session_, {text, true}}; }
    auto send_bytes(std::string_view bytes) noexcept {
        return detail::WebSocketSend{session_, {bytes, false}};
    }

    /// Says farewell after what was sent before; nothing can be received any more. A socket that is closed
    /// stays so. A reason that is not UTF-8, or beyond 123 bytes, is left out or cut. Errors:
    /// std::invalid_argument for a code that may not be sent (RFC 6455 §7.4); std::logic_error before the
    /// handshake is accepted.
    void close(CloseCode code = CloseCode::normal, std::string_view reason = {});

    /// Whether it is accepted and not closed.
    bool open() const noexcept { return session_->open(); }
    /// Once closed, what whoever closed it first said: the client's own code, going_away at a shutdown,
    /// service_restart past a reload's deadline, abnormal when the connection just ended.
    std::optional<CloseCode> close_code() const noexcept { return session_->close_code(); }
    std::string_view close_reason() const noexcept { return session_->close_reason(); }
    /// The one of WebSocketOptions::subprotocols that was agreed on; empty without.
    std::string_view subprotocol() const noexcept { return session_->subprotocol(); }

    /// From now on every message of the channel is sent as a text, until leave() or the socket's end, with no
    /// task between: the cheapest way from one to many. First what its history has after that id, if one is
    /// given; false when it does not reach back so far, which the handler can say before the history, by what
    /// it sends before it waits for anything else. A full outbox, in which the history does not count, does
    /// as WebSocketOptions::when_full says, where WebSocketOverflow::wait means to drop. Joining again begins
    /// anew. May be called before the handshake is accepted.
    bool join(const Channel& channel, std::optional<std::uint64_t> after = {});
    /// What the channel has given so far is still sent.
    void leave(const Channel& channel);

    /// For other threads, and for whoever outlives the handler.
    WebSocketSender sender() { return WebSocketSender{session_->outbox()}; }

    /// Whether a new generation of the plugin waits for the socket, as WebSocketOptions::adopt allows. From
    /// then on receive() gives nothing, what the client sends is kept for the new generation's handler, and
    /// send() does as before.
    bool handing_over() const noexcept { return session_->handing_over(); }
    /// Once this handler has returned, that of the new generation runs with this socket and the same request,
    /// and finds `state` in adopted(). The handshake is accepted, the socket is in its channels, and senders
    /// go on. If no generation adopts it any more, it is closed with CloseCode::service_restart. Without a
    /// call of this the handler's end closes it as ever. Errors: std::logic_error before handing_over().
    void hand_over(std::string_view state = {}) { session_->hand_over(state); }
    /// What the handler before has given to hand_over(); nothing when this one had the handshake. Lifetime:
    /// the handler's.
    std::optional<std::string_view> adopted() const noexcept { return session_->adopted(); }

private:
    detail::WebSocketSession* session_;
};

}  // namespace patchbay
