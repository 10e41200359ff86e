// A small blocking WebSocket client, which can also send what no decent client would. One thread at a time.
#pragma once

#include "support/http_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::test {

struct Frame {
    unsigned opcode = 0;
    bool fin = true;
    std::string payload;
    bool compressed = false;  ///< RSV1 (RFC 7692 §6)
};

/// A GET with all that a handshake needs; `more` are header lines.
std::string websocket_handshake(std::string_view target, std::string_view more = {});

class WebSocketClient {
public:
    /// Errors (all functions): std::runtime_error; here also when the answer is no 101.
    WebSocketClient(std::uint16_t port, std::string_view target, std::string_view more = {},
                    ReceiveBuffer buffer = {});

    const HttpResponse& handshake() const noexcept { return handshake_; }
    HttpClient& connection() noexcept { return client_; }

    /// One masked frame.
    void send(std::string_view payload, unsigned opcode = 1, bool fin = true);
    void send_close(unsigned code, std::string_view reason = {});

    Frame read();
    /// The payload of the next message. Errors: also when a Close frame comes first, or only a part of one.
    std::string read_message();
    /// The code of the Close frame, which must be the next but for pings and pongs; 1005 without one. The
    /// reason follows in reason().
    unsigned read_close() { return find_close(false); }
    /// The same, whatever data comes first.
    unsigned read_to_close() { return find_close(true); }
    const std::string& reason() const noexcept { return reason_; }

private:
    std::string take(std::size_t bytes);
    unsigned find_close(bool past_messages);
    unsigned take_close(const Frame& frame);

    HttpClient client_;
    HttpResponse handshake_;
    std::string received_;
    std::string reason_;
};

}  // namespace patchbay::test
