// What a WebSocket's handler awaits: the handshake's end, a message, or room for more.
#pragma once

#include <patchbay/detail/task_context.hpp>
#include <patchbay/export.hpp>
#include <patchbay/websocket_message.hpp>

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string_view>

namespace patchbay::detail {

class WebSocketSession;

/// A coroutine that waits for something of a session. Lives in its frame.
struct WebSocketWaiter {
    enum class For : std::uint8_t { opening, message, room };

    WebSocketWaiter(WebSocketSession& of, TaskContext& task) noexcept : session{&of}, context{&task} {}
    WebSocketWaiter(const WebSocketWaiter&) = delete;
    WebSocketWaiter& operator=(const WebSocketWaiter&) = delete;

    WebSocketSession* session;
    TaskContext* context;
    std::coroutine_handle<> handle;
    WebSocketWaiter* next = nullptr;
    For what = For::opening;
    bool waiting = false;
    bool cancelled = false;

    /// Errors: system_error, operation_aborted.
    PATCHBAY_API void require_not_cancelled() const;
    PATCHBAY_API void suspend(std::coroutine_handle<> waiter, For event);
    PATCHBAY_API void resumed();
};

class WebSocketAcceptWaiter : public WebSocketWaiter {
public:
    using WebSocketWaiter::WebSocketWaiter;
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, For::opening); }
    PATCHBAY_API void await_resume();
};

class WebSocketReceiveWaiter : public WebSocketWaiter {
public:
    using WebSocketWaiter::WebSocketWaiter;
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, For::message); }
    PATCHBAY_API std::optional<WebSocketMessage> await_resume();
};

class WebSocketSendWaiter : public WebSocketWaiter {
public:
    /// Lifetime: the message's is longer.
    WebSocketSendWaiter(WebSocketSession& of, TaskContext& task, const WebSocketMessage& message) noexcept
        : WebSocketWaiter{of, task}, message_{&message} {}
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, sent_ ? For::room : For::opening); }
    PATCHBAY_API bool await_resume();

private:
    bool sent_ = false;
    const WebSocketMessage* message_;
};

// What WebSocket gives its handler: each is awaited once, at once, and lives until that has ended.

struct [[nodiscard("this does nothing until it is awaited")]] WebSocketAccept {
    WebSocketSession* session;
    WebSocketAcceptWaiter awaiter(TaskContext& context) const noexcept { return {*session, context}; }
};

struct [[nodiscard("this does nothing until it is awaited")]] WebSocketReceive {
    WebSocketSession* session;
    WebSocketReceiveWaiter awaiter(TaskContext& context) const noexcept { return {*session, context}; }
};

struct [[nodiscard("this does nothing until it is awaited")]] WebSocketSend {
    WebSocketSession* session;
    WebSocketMessage message;
    WebSocketSendWaiter awaiter(TaskContext& context) const noexcept { return {*session, context, message}; }
};

}  // namespace patchbay::detail
