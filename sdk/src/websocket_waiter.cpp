// What a WebSocket's handler awaits.
#include "websocket_outbox.hpp"

#include <patchbay/detail/websocket_session.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay::detail {
namespace {

[[noreturn]] void throw_cancelled() {
    throw boost::system::system_error{asio::error::operation_aborted, "cancelled"};
}

}  // namespace

void WebSocketWaiter::require_not_cancelled() const {
    if (context->cancelled) throw_cancelled();
}

void WebSocketWaiter::suspend(std::coroutine_handle<> waiter, For event) {
    handle = waiter;
    what = event;
    waiting = true;
    session->link(*this);
    context->signal.slot().assign([this](asio::cancellation_type) {
        if (!waiting) return;  // it goes on already
        session->unlink(*this);
        cancelled = true;
        session->resume(*this);
    });
}

void WebSocketWaiter::resumed() {
    context->signal.slot().clear();
    if (cancelled) throw_cancelled();
}

bool WebSocketAcceptWaiter::await_ready() {
    require_not_cancelled();
    if (session->close_code_) return true;
    session->ask();
    return session->port_ != nullptr;
}

void WebSocketAcceptWaiter::await_resume() {
    resumed();
    if (!session->port_) throw_cancelled();
}

bool WebSocketReceiveWaiter::await_ready() {
    require_not_cancelled();
    if (session->receiving())
        throw std::logic_error{"patchbay: another task receives from this WebSocket already"};
    return session->pull();
}

std::optional<WebSocketMessage> WebSocketReceiveWaiter::await_resume() {
    resumed();
    return std::exchange(session->message_, std::nullopt);
}

bool WebSocketSendWaiter::await_ready() {
    require_not_cancelled();
    if (session->close_code_) return true;
    if (!session->port_) {
        session->ask();
        return false;
    }
    sent_ = true;
    session->port_->send(message_->bytes(), message_->is_text());
    return session->port_->has_room();
}

bool WebSocketSendWaiter::await_resume() {
    resumed();
    if (!sent_ && session->open()) session->port_->send(message_->bytes(), message_->is_text());
    return session->open();
}

void WebSocketSession::link(WebSocketWaiter& waiter) noexcept {
    WebSocketWaiter** end = &waiters_;
    while (*end) end = &(*end)->next;
    *end = &waiter;
    waiter.next = nullptr;
}

void WebSocketSession::unlink(WebSocketWaiter& waiter) noexcept {
    WebSocketWaiter** link = &waiters_;
    while (*link != &waiter) link = &(*link)->next;
    *link = waiter.next;
    waiter.waiting = false;
}

bool WebSocketSession::receiving() const noexcept {
    for (const WebSocketWaiter* waiter = waiters_; waiter; waiter = waiter->next)
        if (waiter->what == WebSocketWaiter::For::message) return true;
    return false;
}

// Those that wait now, in the order in which they began to. One that goes on may begin to wait again.
void WebSocketSession::wake(WebSocketWaiter::For event) {
    WebSocketWaiter* woken = nullptr;
    WebSocketWaiter** end = &woken;
    for (WebSocketWaiter** link = &waiters_; *link;) {
        WebSocketWaiter& waiter = **link;
        if (waiter.what != event) {
            link = &waiter.next;
            continue;
        }
        *link = std::exchange(waiter.next, nullptr);
        waiter.waiting = false;
        *end = &waiter;
        end = &waiter.next;
    }
    while (woken) {
        WebSocketWaiter& waiter = *woken;
        woken = waiter.next;
        resume(waiter);
    }
}

// Not inside a cancellation, which still uses the slot, nor inside another handler, which may be in the
// middle of a change to what both use.
void WebSocketSession::resume(WebSocketWaiter& waiter) {
    const auto go_on = [&waiter] {
        const HandlerScope scope{waiter.context->executor.lease()};
        waiter.handle.resume();
    };
    if (thread_state.in_handler || waiter.context->cancelling) {
        asio::post(waiter.context->executor, [keep = shared_from_this(), go_on] { go_on(); });
    } else {
        go_on();
    }
}

}  // namespace patchbay::detail
