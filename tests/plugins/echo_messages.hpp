// What several test plugins' WebSockets do: each message comes back as it is.
#pragma once

#include <patchbay/plugin.hpp>

inline patchbay::Task<> echo_messages(patchbay::Request&, patchbay::WebSocket& socket) {
    while (auto message = co_await socket.receive()) {
        if (message->is_text()) {
            co_await socket.send(message->text());
        } else {
            co_await socket.send_bytes(message->bytes());
        }
    }
}
