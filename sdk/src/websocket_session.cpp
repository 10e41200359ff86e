#include "websocket_outbox.hpp"
#include "websocket_parts.hpp"

#include <patchbay/detail/websocket_offer.hpp>
#include <patchbay/log.hpp>
#include <patchbay/response.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay::detail {

/// What run() awaits: the handler's first step, until it accepts the handshake or ends.
struct WebSocketSession::Opening {
    WebSocketSession* session;

    void bind(TaskContext& context) noexcept { session->opener_context_ = &context; }
    bool await_ready() {
        session->start();
        return session->asked_ || session->failure_;
    }
    void await_suspend(std::coroutine_handle<> waiter) {
        session->opener_ = waiter;
        session->opener_context_->signal.slot().assign(
            [of = session](asio::cancellation_type) { of->stop(); });
    }
    void await_resume() const { session->opener_context_->signal.slot().clear(); }
};

Task<Response> WebSocketSession::run(Request& request, const HandlerEntry& entry) {
    TaskContext& context = co_await ContextTag{};
    const auto session = std::make_shared<WebSocketSession>(*request.data_, entry, context.executor);
    session->deadline = context.deadline;
    session->cancelled = context.cancelled;
    Opening opening{session.get()};
    co_await opening;
    if (session->failure_) std::rethrow_exception(std::exchange(session->failure_, nullptr));
    // The filters of the answer see what the handler has attached by now.
    if (session->parts_) request.data_->attached = session->parts_->share_values();
    const std::unique_ptr<Response> answer = std::move(session->answer_);
    co_return Response::websocket(answer ? std::move(*answer) : Response{}, WebSocketOffer{session});
}

WebSocketSession::WebSocketSession(const RequestData& request, const HandlerEntry& entry,
                                   const LoopExecutor& loop)
    : loop_{&loop.context()}, parts_{std::make_unique<Parts>(request, entry, *this)} {
    executor = loop;
    request_data = &parts_->kept.data;
    finished = [](TaskContext& context) noexcept { static_cast<WebSocketSession&>(context).ended(); };
}

WebSocketSession::~WebSocketSession() = default;

// In a step of run(), or in adopt(), whose scope it is.
void WebSocketSession::start() {
    self_ = shared_from_this();
    bool done = true;
    try {
        parts_->task = parts_->entry.websocket->talk(parts_->request, parts_->socket);
        done = parts_->task.start(*this);
    } catch (...) {  // before the coroutine's first line
        parts_->thrown = std::current_exception();
    }
    if (done) ended();
}

// The handler accepts the handshake: run() gives the answer.
void WebSocketSession::ask() {
    if (std::exchange(asked_, true)) return;
    parts_->kept.data.hints = nullptr;  // it is the exchange's, which others use once this one is answered
    wake_opener();
}

void WebSocketSession::wake_opener() {
    if (!opener_) return;
    asio::post(opener_context_->executor,
               [waiter = std::exchange(opener_, {}), lease = opener_context_->executor.lease()] {
                   const HandlerScope scope{lease};
                   waiter.resume();
               });
}

void WebSocketSession::opened(WebSocketPort& port, std::string_view subprotocol) {
    const auto keep = shared_from_this();
    port_ = &port;
    if (!self_) return say_farewell();
    if (!subprotocol.empty()) subprotocol_ = std::make_unique<const std::string>(subprotocol);
    deadline = std::chrono::steady_clock::time_point::max();
    wake(WebSocketWaiter::For::opening);
    on_input();
    if (outbox_) outbox_->deliver();
}

void WebSocketSession::stop() {
    if (parts_) parts_->cancelled = true;
    cancel();
}

void WebSocketSession::withdraw() {
    const auto keep = shared_from_this();
    if (self_) stop();
    closed(CloseCode::abnormal, {});
}

bool WebSocketSession::keep_values() noexcept {
    if (parts_) parts_->shared_values = nullptr;
    return parts_ != nullptr;
}

void WebSocketSession::on_input() {
    if (!port_ || !receiving()) return;
    const auto keep = shared_from_this();
    if (pull()) wake(WebSocketWaiter::For::message);
}

void WebSocketSession::on_room() {
    if (!port_) return;
    const auto keep = shared_from_this();
    // In turns, so that neither the outbox nor the handler has all the room there ever is.
    const bool outbox_first = outbox_ && outbox_->takes_turn();
    if (outbox_first) outbox_->deliver();
    if (port_ && port_->has_room()) wake(WebSocketWaiter::For::room);
    if (outbox_ && !outbox_first) outbox_->deliver();
}

void WebSocketSession::closed(CloseCode code, std::string_view reason) {
    if (close_code_) return;
    const auto keep = shared_from_this();
    close_code_ = code;
    close_reason_ = reason;
    if (parts_) parts_->cancelled = true;
    if (outbox_) outbox_->close();
    wake(WebSocketWaiter::For::opening);
    wake(WebSocketWaiter::For::message);
    wake(WebSocketWaiter::For::room);
}

void WebSocketSession::close(CloseCode code, std::string_view reason) {
    if (!may_be_sent(code)) throw std::invalid_argument{"patchbay: this close code may not be sent"};
    if (!port_) throw std::logic_error{"patchbay: close() was called before the handshake was accepted"};
    if (close_code_) return;
    if (outbox_) outbox_->flush();
    port_->close(code, reason);
    closed(code, reason);
}

void WebSocketSession::overflowed() {
    if (open()) close(CloseCode::policy_violation, "The client does not take what it is sent.");
}

Response& WebSocketSession::answer() {
    if (asked_) throw std::logic_error{"patchbay: the WebSocket's handshake is accepted already"};
    if (!answer_) answer_ = std::make_unique<Response>();
    return *answer_;
}

const std::shared_ptr<WebSocketOutbox>& WebSocketSession::outbox() {
    if (!outbox_) {
        outbox_ = std::make_shared<WebSocketOutbox>(*this, parts_->entry.websocket->options);
        if (close_code_) outbox_->close();
    }
    return outbox_;
}

// True when a receive() need not wait: message_ is set, or there will be none.
bool WebSocketSession::pull() {
    message_.reset();
    if (handing_over_) return true;  // it is for another handler
    if (port_) {
        message_ = port_->next();  // also of a closed socket, which gets its last message's bytes back
    } else if (!close_code_) {
        ask();
    }
    return message_ || close_code_;
}

// All that is the plugin's dies here, and its lease last.
void WebSocketSession::ended() noexcept {
    const auto keep = std::move(self_);
    const LoopExecutor keep_mapped = std::exchange(executor, {});
    const LeaseScope scope{keep_mapped.lease()};
    const bool handed_over = settle() && leave();
    parts_.reset();
    asked_ = true;
    wake_opener();
    if (handed_over) {
        port_->handed_over();
    } else if (port_) {
        say_farewell();
    } else if (failure_) {
        closed(CloseCode::abnormal, {});  // there will be no socket
    }
}

// What the handler's end means to the client, or to run(). False when it has thrown.
bool WebSocketSession::settle() noexcept {
    farewell_ = CloseCode::normal;
    try {
        if (parts_->thrown) std::rethrow_exception(parts_->thrown);
        parts_->task.take();
        return true;
    } catch (const WebSocketError& error) {
        farewell_ = error.code();
        if (!close_code_) close_reason_ = error.what();
        if (!asked_) failure_ = std::current_exception();
    } catch (const std::exception& error) {
        fail(error.what());
    } catch (...) {
        fail("an exception that is no std::exception");
    }
    return false;
}

void WebSocketSession::fail(const char* what) {
    farewell_ = CloseCode::internal_error;
    if (!asked_) {
        failure_ = std::current_exception();
    } else if (!cancelled) {
        log(LogLevel::error, "handler " + parts_->entry.name + " failed: " + what + " · WebSocket " +
                                 std::string{parts_->request.path()});
    }
}

void WebSocketSession::say_farewell() noexcept {
    if (outbox_) outbox_->flush();
    WebSocketPort& port = *std::exchange(port_, nullptr);
    port.close(farewell_, close_reason_);
    closed(farewell_, std::string{close_reason_});  // to other tasks that wait for it
    port.handler_ended();
}

WebSocketOffer::WebSocketOffer(std::shared_ptr<WebSocketSession> session) noexcept
    : session_{std::move(session)} {}
WebSocketOffer::WebSocketOffer(WebSocketOffer&&) noexcept = default;

WebSocketOffer::~WebSocketOffer() {
    if (!session_) return;
    asio::io_context& loop = session_->loop();
    asio::post(loop, [session = std::move(session_)] { session->withdraw(); });
}

}  // namespace patchbay::detail
