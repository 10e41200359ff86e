// WebSockets of plain functions: each call is a step on the socket's loop, which the function's thread waits
// for.
#include <patchbay/blocking.hpp>
#include <patchbay/blocking_websocket.hpp>
#include <patchbay/handlers.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <semaphore>
#include <string>
#include <type_traits>
#include <utility>

namespace patchbay {

namespace {

/// A task on the socket's loop that an executor thread waits for. Ends when the socket is closed, at the
/// latest.
template <class T>
class AwaitedStep final : detail::TaskContext {
public:
    AwaitedStep(Task<T> task, const LoopExecutor& loop) : task_{std::move(task)} {
        executor = loop;
        // Posted, so that the loop has left the task's frame before this thread destroys it.
        finished = [](detail::TaskContext& context) noexcept {
            auto& self = static_cast<AwaitedStep&>(context);
            asio::post(self.executor, [&self] { self.ended_.release(); });
        };
    }

    T run() {
        asio::post(executor, [this] {
            const detail::HandlerScope scope{executor.lease()};
            if (task_.start(*this)) ended_.release();
        });
        ended_.acquire();
        return task_.take();
    }

private:
    Task<T> task_;
    std::binary_semaphore ended_{0};
};

template <class T>
T await_on(const LoopExecutor& loop, Task<T> task) {
    return AwaitedStep<T>{std::move(task), loop}.run();
}

template <class Function>
Task<std::invoke_result_t<Function&>> as_task(Function& function) {
    co_return function();
}

/// Calls a function on the loop.
template <class Function>
auto call_on(const LoopExecutor& loop, Function function) {
    return await_on(loop, as_task(function));
}

Task<> accepted(WebSocket& socket) { co_await socket.accept(); }
Task<std::optional<WebSocketMessage>> received(WebSocket& socket) { co_return co_await socket.receive(); }
Task<bool> sent_text(WebSocket& socket, std::string_view text) { co_return co_await socket.send(text); }
Task<bool> sent_bytes(WebSocket& socket, std::string_view bytes) {
    co_return co_await socket.send_bytes(bytes);
}

Task<> talk_blocking(const detail::BlockingTalk& function, Request& request, WebSocket& socket) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    BlockingWebSocket blocking{socket, context.executor};
    // That of the handshake, which the host watches over; the function may talk for as long as it likes.
    context.deadline = std::chrono::steady_clock::time_point::max();
    const auto talk = [&] { function(request, blocking); };
    using Call = detail::BlockingCall<decltype(talk)>;
    Call call{talk, socket.adopted() ? Call::Kind::adopted_websocket : Call::Kind::websocket};
    co_await std::move(call);
}

}  // namespace

BlockingWebSocket& BlockingWebSocket::header(std::string_view name, std::string_view value) {
    call_on(loop_, [&] { socket_->header(name, value); });
    return *this;
}

BlockingWebSocket& BlockingWebSocket::cookie(const Cookie& cookie) {
    call_on(loop_, [&] { socket_->cookie(cookie); });
    return *this;
}

void BlockingWebSocket::accept() { await_on(loop_, accepted(*socket_)); }

std::optional<WebSocketMessage> BlockingWebSocket::receive() { return await_on(loop_, received(*socket_)); }

bool BlockingWebSocket::send(std::string_view text) { return await_on(loop_, sent_text(*socket_, text)); }

bool BlockingWebSocket::send_bytes(std::string_view bytes) {
    return await_on(loop_, sent_bytes(*socket_, bytes));
}

void BlockingWebSocket::close(CloseCode code, std::string_view reason) {
    call_on(loop_, [&] { socket_->close(code, reason); });
}

bool BlockingWebSocket::open() {
    return call_on(loop_, [this] { return socket_->open(); });
}

std::optional<CloseCode> BlockingWebSocket::close_code() {
    return call_on(loop_, [this] { return socket_->close_code(); });
}

std::string BlockingWebSocket::close_reason() {
    return call_on(loop_, [this] { return std::string{socket_->close_reason()}; });
}

std::string BlockingWebSocket::subprotocol() {
    return call_on(loop_, [this] { return std::string{socket_->subprotocol()}; });
}

bool BlockingWebSocket::join(const Channel& channel, std::optional<std::uint64_t> after) {
    return call_on(loop_, [&] { return socket_->join(channel, after); });
}

void BlockingWebSocket::leave(const Channel& channel) {
    call_on(loop_, [&] { socket_->leave(channel); });
}

bool BlockingWebSocket::handing_over() {
    return call_on(loop_, [this] { return socket_->handing_over(); });
}

void BlockingWebSocket::hand_over(std::string_view state) {
    call_on(loop_, [&] { socket_->hand_over(state); });
}

std::optional<std::string> BlockingWebSocket::adopted() {
    return call_on(loop_, [this] { return std::optional<std::string>{socket_->adopted()}; });
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
