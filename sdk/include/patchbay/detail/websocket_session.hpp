// One WebSocket between its handler and its host: what the handler awaits, and what the host tells it. Shared
// by the handler's coroutine, the offer in its response, and then the host's connection; used on the
// handler's loop.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/detail/websocket_port.hpp>
#include <patchbay/detail/websocket_waiter.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>
#include <patchbay/websocket_close.hpp>
#include <patchbay/websocket_message.hpp>
#include <patchbay/websocket_options.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

class Request;
class Response;
class WebSocket;

namespace detail {

struct HandlerEntry;
class WebSocketOutbox;
class WebSocketSession;

using WebSocketTalk = std::function<Task<>(Request&, WebSocket&)>;

/// What a handler declared. Owned by its HandlerEntry.
struct WebSocketEntry {
    WebSocketOptions options;
    WebSocketTalk talk;
};

class PATCHBAY_API WebSocketSession final : TaskContext,
                                            public std::enable_shared_from_this<WebSocketSession> {
public:
    /// What an async handler's function does for a WebSocket's: runs it until it accepts the handshake, and
    /// gives the 101, or throws what it threw.
    static Task<Response> run(Request& request, const HandlerEntry& entry);

    /// Copies the request.
    WebSocketSession(const RequestData& request, const HandlerEntry& entry, const LoopExecutor& loop);
    ~WebSocketSession();

    // For the host.
    asio::io_context& loop() const noexcept { return *loop_; }
    /// The answer to the handshake is on its way. The handler goes on in here.
    void opened(WebSocketPort& port, std::string_view subprotocol);
    /// Bytes have come: a handler that receives goes on in here if they make a message.
    void on_input();
    bool receiving() const noexcept;
    /// What was sent has left. The handler may go on in here.
    void on_room();
    /// Nothing can be received or sent any more. The handler may go on in here.
    void closed(CloseCode code, std::string_view reason);
    /// Asks the handler to stop.
    void stop();
    /// The handshake was not answered with the 101.
    void withdraw();
    /// Whether the handler has not ended.
    bool running() const noexcept { return self_ != nullptr; }
    /// Takes over the values that the handler has attached, if it runs: nobody else sees them any more.
    bool keep_values() noexcept;

    // For the host, at a reload.
    /// Whether the handler may be asked to hand the socket over.
    bool may_hand_over() const noexcept;
    /// Asks it to. The handler may go on in here.
    void ask_to_hand_over();
    /// Of the handler that runs or has handed over: what another generation's is found by.
    const RequestData& request() const noexcept;
    std::string_view plugin() const noexcept;
    std::string_view handler() const noexcept;
    /// Takes the socket over from a session that has handed it over, and starts the handler.
    void adopt(WebSocketSession& before);

    // For WebSocket, on the loop.
    Response& answer();
    bool open() const noexcept { return port_ && !close_code_; }
    std::optional<CloseCode> close_code() const noexcept { return close_code_; }
    std::string_view close_reason() const noexcept { return close_reason_; }
    std::string_view subprotocol() const noexcept {
        return subprotocol_ ? std::string_view{*subprotocol_} : std::string_view{};
    }
    void close(CloseCode code, std::string_view reason);
    const std::shared_ptr<WebSocketOutbox>& outbox();
    bool handing_over() const noexcept { return handing_over_ && !close_code_; }
    void hand_over(std::string_view state);
    std::optional<std::string_view> adopted() const noexcept;

private:
    friend struct WebSocketWaiter;
    friend class WebSocketAcceptWaiter;
    friend class WebSocketReceiveWaiter;
    friend class WebSocketSendWaiter;
    friend class WebSocketOutbox;
    struct Opening;
    struct Parts;  // the request and what the handler makes of it, until it has ended
    struct Left;   // what a handler leaves to the one that adopts the socket

    void start();
    void ask();
    void wake_opener();
    bool pull();
    void link(WebSocketWaiter& waiter) noexcept;
    void unlink(WebSocketWaiter& waiter) noexcept;
    void wake(WebSocketWaiter::For event);
    void resume(WebSocketWaiter& waiter);
    void overflowed();
    void ended() noexcept;
    bool settle() noexcept;
    bool leave();
    void fail(const char* what);
    void say_farewell() noexcept;

    asio::io_context* loop_;
    std::unique_ptr<Parts> parts_;
    std::shared_ptr<WebSocketSession> self_;  // while the handler runs
    WebSocketPort* port_ = nullptr;           // from the handshake's end to the handler's
    WebSocketWaiter* waiters_ = nullptr;
    std::coroutine_handle<> opener_;  // run(), while it waits
    TaskContext* opener_context_ = nullptr;
    std::optional<WebSocketMessage> message_;
    std::shared_ptr<WebSocketOutbox> outbox_;
    std::unique_ptr<Response> answer_;                // what the handler adds to the 101
    std::unique_ptr<Left> left_;                      // the handler hands the socket over, or has
    std::exception_ptr failure_;                      // thrown before the handshake was accepted
    std::unique_ptr<const std::string> subprotocol_;  // null: none was agreed on
    std::string close_reason_;                        // before there is a code: of the handler's farewell
    std::optional<CloseCode> close_code_;
    CloseCode farewell_ = CloseCode::normal;  // the handler's, once it has ended
    bool asked_ = false;                      // the handshake is accepted
    bool handing_over_ = false;               // the handler is asked to
};

}  // namespace detail
}  // namespace patchbay
