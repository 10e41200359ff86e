// An open WebSocket as its session sees it. Implemented by the host's connection; used on the handler's loop.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/websocket_close.hpp>
#include <patchbay/websocket_message.hpp>

#include <optional>
#include <string_view>

namespace patchbay::detail {

/// The open socket, which is the host's. Outlives the session's handler.
class PATCHBAY_API WebSocketPort {
public:
    /// The next message of what has come already; its payload stays where it is until the next call. May call
    /// WebSocketSession::closed().
    virtual std::optional<WebSocketMessage> next() = 0;
    /// Takes all of it, whatever the room.
    virtual void send(std::string_view payload, bool is_text) = 0;
    virtual bool has_room() const noexcept = 0;
    /// Sends the farewell, unless that has happened.
    virtual void close(CloseCode code, std::string_view reason) = 0;
    /// The handler and all that was the plugin's has ended; nothing is called after this.
    virtual void handler_ended() noexcept = 0;
    /// The same, but the session stands for the socket until another adopts it.
    virtual void handed_over() noexcept = 0;

protected:
    ~WebSocketPort() = default;
};

}  // namespace patchbay::detail
