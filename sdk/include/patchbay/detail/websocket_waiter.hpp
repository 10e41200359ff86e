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

    WebSocketSession* session = nullptr;
    TaskContext* context = nullptr;
    std::coroutine_handle<> handle;
    WebSocketWaiter* next = nullptr;
    For what = For::opening;
    bool waiting = false;
    bool cancelled = false;

    void bind(TaskContext& task) noexcept { context = &task; }
    /// Errors: system_error, operation_aborted.
    PATCHBAY_API void require_not_cancelled() const;
    PATCHBAY_API void suspend(std::coroutine_handle<> waiter, For event);
    PATCHBAY_API void resumed();
};

/// Each is awaited once, at once.
class [[nodiscard("this does nothing until it is awaited")]] WebSocketAccept : public WebSocketWaiter {
public:
    explicit WebSocketAccept(WebSocketSession& of) noexcept { session = &of; }
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, For::opening); }
    PATCHBAY_API void await_resume();
};

class [[nodiscard("this does nothing until it is awaited")]] WebSocketReceive : public WebSocketWaiter {
public:
    explicit WebSocketReceive(WebSocketSession& of) noexcept { session = &of; }
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, For::message); }
    PATCHBAY_API std::optional<WebSocketMessage> await_resume();
};

class [[nodiscard("this does nothing until it is awaited")]] WebSocketSend : public WebSocketWaiter {
public:
    WebSocketSend(WebSocketSession& of, std::string_view payload, bool is_text) noexcept
        : payload_{payload}, is_text_{is_text} {
        session = &of;
    }
    PATCHBAY_API bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter) { suspend(waiter, sent_ ? For::room : For::opening); }
    PATCHBAY_API bool await_resume();

private:
    std::string_view payload_;
    bool is_text_;
    bool sent_ = false;
};

}  // namespace patchbay::detail
