// A message that came over a WebSocket, and the exception that closes one.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/websocket_close.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace patchbay {

/// Thrown by a WebSocket's handler, it closes the socket with that code and reason.
class PATCHBAY_API WebSocketError : public std::runtime_error {
public:
    /// Errors: std::invalid_argument for a code that may not be sent (RFC 6455 §7.4).
    explicit WebSocketError(CloseCode code, const std::string& reason = {});
    ~WebSocketError() override;

    CloseCode code() const noexcept { return code_; }

private:
    CloseCode code_;
};

/// Lifetime: its views are valid until the next receive(), or until the handler has ended; copy what must
/// live on.
class PATCHBAY_API WebSocketMessage {
public:
    WebSocketMessage(std::string_view payload, bool is_text) noexcept
        : payload_{payload}, is_text_{is_text} {}

    bool is_text() const noexcept { return is_text_; }
    /// UTF-8. Errors: WebSocketError, unsupported_data, when the message is not text.
    std::string_view text() const;
    /// Of either kind.
    std::string_view bytes() const noexcept { return payload_; }

private:
    std::string_view payload_;
    bool is_text_;
};

}  // namespace patchbay
