#include "header_rules.hpp"
#include "websocket_outbox.hpp"

#include <patchbay/handlers.hpp>
#include <patchbay/response.hpp>
#include <patchbay/websocket.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay {

WebSocketError::WebSocketError(CloseCode code, const std::string& reason)
    : std::runtime_error{reason}, code_{code} {
    if (!may_be_sent(code)) throw std::invalid_argument{"patchbay: this close code may not be sent"};
}
WebSocketError::~WebSocketError() = default;

std::string_view WebSocketMessage::text() const {
    if (!is_text_) throw WebSocketError{CloseCode::unsupported_data, "Only text is understood."};
    return payload_;
}

WebSocket& WebSocket::header(std::string_view name, std::string_view value) {
    constexpr std::string_view of_the_handshake = "Sec-WebSocket-";
    if (detail::equal_ignoring_case(name, "Upgrade") ||
        detail::equal_ignoring_case(name.substr(0, of_the_handshake.size()), of_the_handshake)) {
        throw std::invalid_argument{"patchbay: the header " + std::string{name} +
                                    " is written by the host, not by a handler"};
    }
    session_->answer().header(name, value);
    return *this;
}

WebSocket& WebSocket::cookie(const Cookie& cookie) {
    session_->answer().cookie(cookie);
    return *this;
}

void WebSocket::close(CloseCode code, std::string_view reason) { session_->close(code, reason); }

bool WebSocket::join(const Channel& channel, std::optional<std::uint64_t> after) {
    return session_->close_code() || session_->outbox()->joins().join(channel, after);
}

void WebSocket::leave(const Channel& channel) { session_->outbox()->joins().leave(channel); }

HandlerRef Handlers::add_websocket(std::string_view name, detail::WebSocketTalk talk,
                                   WebSocketOptions options, std::source_location where) {
    for (const std::string& subprotocol : options.subprotocols) {
        if (!detail::is_token(subprotocol)) {
            throw std::invalid_argument{"handler '" + std::string{name} + "': \"" + subprotocol +
                                        "\" is no name of a subprotocol"};
        }
    }
    if (options.ping_interval.count() < 0 || options.pong_timeout.count() <= 0 ||
        options.close_timeout.count() <= 0 || options.cleanup_timeout.count() <= 0)
        throw std::invalid_argument{"handler '" + std::string{name} + "': a timeout of no time"};
    detail::HandlerEntry& entry = add(name, HandlerKind::async, where);
    entry.websocket =
        std::make_shared<detail::WebSocketEntry>(detail::WebSocketEntry{std::move(options), std::move(talk)});
    entry.async = [&entry](Request& request) { return detail::WebSocketSession::run(request, entry); };
    return HandlerRef{entry};
}

}  // namespace patchbay
