#include "header_rules.hpp"
#include "websocket_outbox.hpp"

#include <patchbay/blocking.hpp>
#include <patchbay/handlers.hpp>
#include <patchbay/response.hpp>
#include <patchbay/websocket.hpp>

#include <boost/asio/post.hpp>

#include <semaphore>
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

namespace {

/// A task on the socket's loop that an executor thread waits for. Ends when the socket is closed, at the
/// latest.
class AwaitedStep final : detail::TaskContext {
public:
    AwaitedStep(Task<> task, const LoopExecutor& loop) : task_{std::move(task)} {
        executor = loop;
        // Posted, so that the loop has left the task's frame before this thread destroys it.
        finished = [](detail::TaskContext& context) noexcept {
            auto& self = static_cast<AwaitedStep&>(context);
            asio::post(self.executor, [&self] { self.ended_.release(); });
        };
    }

    void run() {
        asio::post(executor, [this] {
            const detail::HandlerScope scope{executor.lease()};
            if (task_.start(*this)) ended_.release();
        });
        ended_.acquire();
        task_.take();
    }

private:
    Task<> task_;
    std::binary_semaphore ended_{0};
};

Task<> accept_on_loop(WebSocket& socket) { co_await socket.accept(); }

Task<> receive_on_loop(WebSocket& socket, std::optional<WebSocketMessage>& message) {
    message = co_await socket.receive();
}

Task<> send_on_loop(WebSocket& socket, std::string_view payload, bool is_text, bool& open) {
    if (is_text) {
        open = co_await socket.send(payload);
    } else {
        open = co_await socket.send_bytes(payload);
    }
}

Task<> close_on_loop(WebSocket& socket, CloseCode code, std::string_view reason) {
    socket.close(code, reason);
    co_return;
}

Task<> code_on_loop(WebSocket& socket, std::optional<CloseCode>& code) {
    code = socket.close_code();
    co_return;
}

Task<> talk_blocking(const detail::BlockingTalk& function, Request& request, WebSocket& socket) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    BlockingWebSocket blocking{socket, context.executor};
    const auto talk = [&] { function(request, blocking); };
    co_await run_blocking(talk);
}

}  // namespace

void BlockingWebSocket::accept() { AwaitedStep{accept_on_loop(*socket_), loop_}.run(); }

std::optional<WebSocketMessage> BlockingWebSocket::receive() {
    std::optional<WebSocketMessage> message;
    AwaitedStep{receive_on_loop(*socket_, message), loop_}.run();
    return message;
}

bool BlockingWebSocket::send(std::string_view text) {
    bool open = false;
    AwaitedStep{send_on_loop(*socket_, text, true, open), loop_}.run();
    return open;
}

bool BlockingWebSocket::send_bytes(std::string_view bytes) {
    bool open = false;
    AwaitedStep{send_on_loop(*socket_, bytes, false, open), loop_}.run();
    return open;
}

void BlockingWebSocket::close(CloseCode code, std::string_view reason) {
    AwaitedStep{close_on_loop(*socket_, code, reason), loop_}.run();
}

std::optional<CloseCode> BlockingWebSocket::close_code() {
    std::optional<CloseCode> code;
    AwaitedStep{code_on_loop(*socket_, code), loop_}.run();
    return code;
}

HandlerRef Handlers::add_websocket(std::string_view name, detail::WebSocketTalk talk,
                                   WebSocketOptions options, std::source_location where) {
    for (const std::string& subprotocol : options.subprotocols) {
        if (!detail::is_token(subprotocol)) {
            throw std::invalid_argument{"handler '" + std::string{name} + "': \"" + subprotocol +
                                        "\" is no name of a subprotocol"};
        }
    }
    if (options.pong_timeout.count() <= 0 || options.close_timeout.count() <= 0)
        throw std::invalid_argument{"handler '" + std::string{name} + "': a timeout of no time"};
    detail::HandlerEntry& entry = add(name, HandlerKind::async, where);
    entry.websocket =
        std::make_shared<detail::WebSocketEntry>(detail::WebSocketEntry{std::move(options), std::move(talk)});
    entry.async = [&entry](Request& request) { return detail::WebSocketSession::run(request, entry); };
    return HandlerRef{entry};
}

HandlerRef Handlers::add_blocking_websocket(std::string_view name, detail::BlockingTalk function,
                                            WebSocketOptions options, std::source_location where) {
    return add_websocket(
        name,
        [function = std::move(function)](Request& request, WebSocket& socket) {
            return talk_blocking(function, request, socket);
        },
        std::move(options), where);
}

}  // namespace patchbay
