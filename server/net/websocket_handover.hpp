// A connection on its way from HTTP to its WebSocket, which may live on another loop.
#pragma once

#include "http/access_reporter.hpp"
#include "http/buffer.hpp"
#include "http/exchange.hpp"
#include "http/published_routes.hpp"
#include "net/descriptor.hpp"
#include "runtime/loop_thread.hpp"
#include "websocket/deflate_offer.hpp"
#include "websocket/message_reader.hpp"

#include <patchbay/detail/websocket_session.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace patchbay {

class ConnectionCounts;
class LoopServer;

/// What WebSocketOptions and the handshake come to for one socket.
struct WebSocketTerms {
    std::size_t max_message = 0;
    std::chrono::milliseconds ping_interval{};
    std::chrono::milliseconds pong_timeout{};
    std::chrono::milliseconds close_timeout{};
    std::chrono::milliseconds cleanup_timeout{};
    std::optional<websocket::DeflateParameters> deflate{};  ///< nothing: messages are not compressed

    void take(const WebSocketOptions& options) noexcept {
        max_message = options.max_message;
        ping_interval = options.ping_interval;
        pong_timeout = options.pong_timeout;
        close_timeout = options.close_timeout;
        cleanup_timeout = options.cleanup_timeout;
    }
    /// What does not become smaller by compression becomes larger: by so much at most, whatever the client's
    /// zlib was told (deflateBound()).
    websocket::MessageReader::Limits limits() const noexcept {
        return {.frame = max_message + (deflate ? max_message / 8 + max_message / 64 + 64 : 0),
                .message = max_message};
    }
};

/// Made when the handshake has been judged, while the handler's options are there, for the handler to accept
/// it.
struct WebSocketHandover : LoopMessage {
    LoopThread* loop = nullptr;    ///< where it goes
    LoopServer* server = nullptr;  ///< of that loop
    Descriptor socket;
    std::size_t listener = 0;                    ///< that it came by, as ListenerOptions::number
    ConnectionCounts* address_counts = nullptr;  ///< that `address` is in; null: none
    boost::asio::ip::address address;
    std::shared_ptr<detail::WebSocketSession> session;
    const ServedGeneration* generation = nullptr;
    WebSocketTerms terms;
    std::string subprotocol;
    std::string handshake;                 ///< header lines of the 101
    std::string output;                    ///< to be sent first: the 101, and answers before it
    std::unique_ptr<Buffer> input;         ///< what has come behind the handshake; null: nothing
    std::unique_ptr<AccessRecord> record;  ///< null: not logged
    std::unique_ptr<Exchange> exchange;    ///< null unless it must outlast the socket
};

}  // namespace patchbay
