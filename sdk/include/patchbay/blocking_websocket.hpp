// WebSockets of plain functions: what Handlers::blocking_websocket() gives its handler.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/loop_executor.hpp>
#include <patchbay/websocket.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay {

/// A WebSocket for a plain function on an executor thread, which it holds. One thread at a time. Its sender()
/// is for others.
class PATCHBAY_API BlockingWebSocket {
public:
    BlockingWebSocket(WebSocket& socket, LoopExecutor loop) noexcept
        : socket_{&socket}, loop_{std::move(loop)}, sender_{socket.sender()} {}
    BlockingWebSocket(const BlockingWebSocket&) = delete;
    BlockingWebSocket& operator=(const BlockingWebSocket&) = delete;

    /// As those of WebSocket; each waits for the socket's loop.
    BlockingWebSocket& header(std::string_view name, std::string_view value);
    BlockingWebSocket& cookie(const Cookie& cookie);
    void accept();
    std::optional<WebSocketMessage> receive();
    bool send(std::string_view text);
    bool send_bytes(std::string_view bytes);
    void close(CloseCode code = CloseCode::normal, std::string_view reason = {});
    bool open();
    std::optional<CloseCode> close_code();
    std::string close_reason();
    std::string subprotocol();
    bool join(const Channel& channel, std::optional<std::uint64_t> after = {});
    void leave(const Channel& channel);
    bool handing_over();
    void hand_over(std::string_view state = {});
    std::optional<std::string> adopted();

    WebSocketSender sender() const { return sender_; }

private:
    WebSocket* socket_;
    LoopExecutor loop_;
    WebSocketSender sender_;
};

}  // namespace patchbay
