// What makes a response the 101 of a WebSocket: the session that goes on once the host has the socket for it.
#pragma once

#include <patchbay/export.hpp>

#include <memory>

namespace patchbay::detail {

class WebSocketSession;

/// Any thread. An offer that goes away without having been taken ends the session's handler.
class PATCHBAY_API WebSocketOffer {
public:
    explicit WebSocketOffer(std::shared_ptr<WebSocketSession> session) noexcept;
    WebSocketOffer(WebSocketOffer&&) noexcept;
    WebSocketOffer& operator=(WebSocketOffer&&) = delete;
    ~WebSocketOffer();

    WebSocketSession& session() const noexcept { return *session_; }
    std::shared_ptr<WebSocketSession> take() const noexcept { return std::move(session_); }

private:
    mutable std::shared_ptr<WebSocketSession> session_;  // until it is taken; the offer itself is shared
};

}  // namespace patchbay::detail
