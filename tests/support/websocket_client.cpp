#include "support/websocket_client.hpp"

#include "support/client_frame.hpp"

#include <stdexcept>

namespace patchbay::test {
namespace {

std::uint64_t number_of(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

}  // namespace

std::string websocket_handshake(std::string_view target, std::string_view more) {
    std::string text = "GET ";
    text.append(target).append(
        " HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    return text.append(more).append("\r\n");
}

WebSocketClient::WebSocketClient(std::uint16_t port, std::string_view target, std::string_view more,
                                 ReceiveBuffer buffer)
    : client_{port, buffer} {
    client_.send(websocket_handshake(target, more));
    handshake_ = client_.read_response(true);
    if (handshake_.status != 101)
        throw std::runtime_error{"WebSocketClient: " + std::to_string(handshake_.status)};
}

void WebSocketClient::send(std::string_view payload, unsigned opcode, bool fin) {
    client_.send(client_frame(opcode, payload, {.fin = fin}));
}

void WebSocketClient::send_close(unsigned code, std::string_view reason) {
    client_.send(close_frame(code, reason));
}

std::string WebSocketClient::take(std::size_t bytes) {
    while (received_.size() < bytes) {
        const std::string some = client_.read_some();
        if (some.empty()) throw std::runtime_error{"WebSocketClient: the connection has ended"};
        received_ += some;
    }
    std::string taken = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return taken;
}

Frame WebSocketClient::read() {
    const std::string head = take(2);
    const auto first = static_cast<unsigned char>(head[0]);
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size > 127) throw std::runtime_error{"WebSocketClient: a server's frame is masked"};
    if (size >= 126) size = number_of(take(size == 126 ? 2 : 8));
    return {.opcode = first & 0xfu,
            .fin = (first & 0x80) != 0,
            .payload = take(static_cast<std::size_t>(size)),
            .compressed = (first & 0x40) != 0};
}

std::string WebSocketClient::read_message() {
    for (;;) {
        Frame frame = read();
        if (frame.opcode == 0 || !frame.fin)
            throw std::runtime_error{"WebSocketClient: a part of a message: " + frame.payload};
        if (frame.opcode <= 2) return std::move(frame.payload);
        if (frame.opcode == 8)
            throw std::runtime_error{"WebSocketClient: closed with " + std::to_string(take_close(frame))};
    }
}

unsigned WebSocketClient::find_close(bool past_messages) {
    for (;;) {
        const Frame frame = read();
        if (frame.opcode == 8) return take_close(frame);
        if (frame.opcode <= 2 && !past_messages)
            throw std::runtime_error{"WebSocketClient: a message: " + frame.payload};
    }
}

unsigned WebSocketClient::take_close(const Frame& frame) {
    reason_ = frame.payload.size() > 2 ? frame.payload.substr(2) : std::string{};
    return frame.payload.empty() ? 1005 : static_cast<unsigned>(number_of(frame.payload.substr(0, 2)));
}

}  // namespace patchbay::test
