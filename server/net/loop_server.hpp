// What one event loop serves with: its listener, its connections, and what they share. Owned by the
// application; lives on the loop's thread once open() has returned, except where a function says otherwise.
#pragma once

#include "http/buffer.hpp"
#include "http/exchange.hpp"
#include "http/published_routes.hpp"
#include "http/response_writer.hpp"
#include "net/listener.hpp"
#include "net/poller.hpp"
#include "runtime/loop_thread.hpp"
#include "runtime/timer_wheel.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace patchbay {

class Connection;

/// The limits and timeouts of every connection; those of a route stand in its Endpoint.
struct ConnectionOptions {
    RequestParser::Limits head{{8 * 1024, 32 * 1024}, 100};
    std::size_t max_connections = 10'000;  ///< of this loop; more are closed at once
    std::size_t max_body = 1024 * 1024;    ///< where no route says otherwise
    std::chrono::milliseconds header_timeout{5'000};
    std::chrono::milliseconds body_timeout{5'000};  ///< in each, min_rate must be kept
    std::chrono::milliseconds idle_timeout{12'000};
    std::chrono::milliseconds write_timeout{5'000};  ///< in each, min_rate must be kept
    std::size_t min_rate = 240;                      ///< bytes a second of a body or an answer
};

class LoopServer {
public:
    LoopServer(LoopThread& loop, const ExchangeServices& services, const ConnectionOptions& options);
    ~LoopServer();
    LoopServer(const LoopServer&) = delete;
    LoopServer& operator=(const LoopServer&) = delete;

    /// Starts to serve on a listening socket, which becomes the loop's own. Call it before the loop starts,
    /// or on it.
    void open(int listening_socket);
    void close_listener();

    /// The first call makes the loop ready to serve; a later one replaces what new requests are answered by.
    void routes(RoutesHold routes) {
        routes_ = std::move(routes);
        ++routes_number_;
    }
    void options(const ConnectionOptions& options) { options_ = options; }

    /// Closes idle connections now and each other one after its current answer. on_idle is called, on this
    /// loop, when the last is gone (at once if there is none).
    void drain(std::function<void()> on_idle);
    /// Asks running handlers to stop: those of one generation, or (null) all.
    void stop_handlers(const ServedGeneration* only);
    /// Closes every connection at once; false when a handler was still running for one.
    bool close_all();

    std::size_t connections() const noexcept { return connection_count_; }

private:
    friend class Connection;
    friend class Listener;

    void accepted(int socket, const boost::asio::ip::tcp::endpoint& peer);
    void remove(Connection& connection);

    LoopThread& loop_;
    ExchangeServices services_;
    ConnectionOptions options_;
    Poller poller_;
    TimerWheel wheel_;
    RoutesHold routes_;
    std::uint64_t routes_number_ = 0;
    DateCache date_;
    SparePool<Buffer> buffers_{64};
    SparePool<Exchange> exchanges_{64};
    std::string out_;  // answers of the connection that is being worked on
    std::unique_ptr<Listener> listener_;
    Connection* connections_ = nullptr;
    std::size_t connection_count_ = 0;
    std::uint64_t next_request_id_;
    std::function<void()> on_idle_;
    bool draining_ = false;
    bool working_ = false;  // a connection is using out_
};

}  // namespace patchbay
