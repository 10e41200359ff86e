// What one event loop serves with: its listener, its connections, and what they share. Owned by the
// application; lives on the loop's thread once open() has returned, except where a function says otherwise.
#pragma once

#include "http/access_reporter.hpp"
#include "http/buffer.hpp"
#include "http/exchange.hpp"
#include "http/published_routes.hpp"
#include "http/response_writer.hpp"
#include "log/repeated_warning.hpp"
#include "net/coding_turns.hpp"
#include "net/connection_counts.hpp"
#include "net/listener.hpp"
#include "net/poller.hpp"
#include "net/websockets.hpp"
#include "runtime/loop_thread.hpp"
#include "runtime/timer_wheel.hpp"
#include "websocket/compression_pool.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace patchbay {

class Connection;

/// Tells a connection that there is no room for it; its socket is to be closed then.
void say_busy(int socket) noexcept;

/// The limits and timeouts of a listener's connections; those of a route stand in its Endpoint.
struct ConnectionOptions {
    RequestParser::Limits head{{8 * 1024, 32 * 1024}, 100};
    /// Of this listener, on all loops; more are told 503.
    std::size_t max_connections = std::numeric_limits<std::size_t>::max();
    std::size_t max_connections_per_address = 0;  ///< likewise; 0: no limit
    bool counts_own_addresses = false;            ///< that limit is of this listener, and not of all together
    std::size_t max_requests = 100'000;           ///< of one connection; 0: no limit
    /// From a connection's beginning to its first byte, and from the first byte of each request to the end of
    /// its head.
    std::chrono::milliseconds header_timeout{5'000};
    /// From the end of the head on, as long as the body is waited for: in each such time min_rate must be
    /// kept.
    std::chrono::milliseconds body_timeout{5'000};
    /// From when the socket has taken an answer, or all of several pipelined ones; of a large one, from when
    /// the client has it.
    std::chrono::milliseconds idle_timeout{12'000};
    /// From when the socket takes no more of an answer: in each such time min_rate must be kept.
    std::chrono::milliseconds write_timeout{5'000};
    std::size_t min_rate = 240;  ///< bytes a second of a body or an answer
    bool early_hints = true;     ///< are sent

    /// What must be moved in such a time, in bytes: some at least.
    std::size_t least_progress(std::chrono::milliseconds window) const noexcept {
        return std::max<std::size_t>(min_rate * static_cast<std::size_t>(window.count()) / 1000, 1);
    }
};

struct ServerOptions {
    std::size_t max_connections = 10'000;  ///< of all loops and listeners; more are told 503
    detail::TrustedProxies trusted_proxies;
    std::size_t max_body = 1024 * 1024;        ///< where no route says otherwise
    std::vector<ConnectionOptions> listeners;  ///< in the order of the configuration
};

/// What a listener's connections share on one loop.
struct ServedListener {
    std::size_t number;         ///< as ListenerOptions::number
    ConnectionOptions options;  ///< as they are now
    ConnectionCounts& counts;
};

class LoopServer {
public:
    /// The counts are the process's and outlive it.
    LoopServer(LoopThread& loop, const ExchangeServices& services, const ServerOptions& options,
               ServerCounts& counts);
    ~LoopServer();
    LoopServer(const LoopServer&) = delete;
    LoopServer& operator=(const LoopServer&) = delete;

    /// Serves on one more listening socket. Call it before the loop starts, or on it.
    void open(Descriptor listening_socket, const ListenerOptions& options);
    void close_listeners();

    /// The first call makes the loop ready to serve; a later one replaces what new requests are answered by.
    void routes(RoutesHold routes) {
        routes_ = std::move(routes);
        ++routes_number_;
        websockets_.routes_changed();
    }
    /// Precondition: it has as many listeners as the first.
    void options(const ServerOptions& options);
    /// Those of all loops, by LoopThread::index(), which outlive this one's connections. Before the first is
    /// accepted.
    void servers(std::vector<LoopServer*> servers) { servers_ = std::move(servers); }
    /// Null: requests are not logged.
    void access_log(std::unique_ptr<AccessReporter> access) { access_ = std::move(access); }

    /// One that is to be adopted is on its way: until then this loop is not idle. Any thread.
    void expect_websocket() noexcept { websockets_.expect(); }
    /// A connection of any loop goes on here as a WebSocket. On this loop.
    void adopt(std::unique_ptr<WebSocketHandover> handover) { websockets_.adopt(std::move(handover)); }
    /// Closes idle connections and WebSockets now and each other one after its current answer. on_idle is
    /// called, on this loop, when the last is gone (at once if there is none).
    void drain(std::function<void()> on_idle);
    /// Asks running handlers to stop: those of one generation, or (null) all. Clients of its WebSockets are
    /// told to connect anew.
    void stop_handlers(const ServedGeneration* only);
    /// Closes every connection at once; false when a handler was still running for one.
    bool close_all();
    /// Answers that the end of the server kept from their end, so far.
    std::size_t cut() const noexcept { return cut_; }

private:
    friend class Connection;
    friend class Listener;
    friend class WebSocketConnection;
    friend class WebSockets;

    /// One connection at a time writes to the output. A handler may end inside another connection's handler,
    /// which it wakes: then that connection gets an empty output for the moment.
    class OutputTurn {
    public:
        explicit OutputTurn(LoopServer& server)
            : server_{server}, nested_{std::exchange(server.working_, true)} {
            if (nested_) others_.swap(server_.out_);
        }
        ~OutputTurn() {
            server_.out_.clear();  // an exception may have left something that is no other connection's
            if (nested_) others_.swap(server_.out_);
            server_.working_ = nested_;
        }
        OutputTurn(const OutputTurn&) = delete;
        OutputTurn& operator=(const OutputTurn&) = delete;

    private:
        LoopServer& server_;
        std::string others_;
        bool nested_;
    };

    /// Owns the socket. Null when the connection is not taken.
    Connection* accepted(int socket, const boost::asio::ip::tcp::endpoint& peer,
                         const ServedListener& listener, bool proxy_protocol);
    bool enter_counts(const ServedListener& listener) noexcept;
    bool trusts(const boost::asio::ip::tcp::endpoint& peer) const noexcept {
        return trusted_proxies_ && trusted_proxies_->trusts(peer.address());
    }
    void remove(Connection& connection);
    /// The connection's socket goes on elsewhere, and counts as before.
    void release(Connection& connection);
    /// How long a client to which all is said has to close its side: what it still sends must not come back
    /// to it as a reset, which may destroy what it has not read yet. The end of the server does not wait so
    /// long.
    std::chrono::milliseconds linger_time() const noexcept {
        return std::chrono::milliseconds{draining_ ? 500 : 2'000};
    }
    LoopServer& server_of(const LoopThread& loop) { return *servers_[loop.index()]; }
    void tell_if_idle();

    LoopThread& loop_;
    ExchangeServices services_;
    ServerOptions options_;
    websocket::CompressionPool compression_;  // before the poller, which keeps what has ended for a while
    Poller poller_;
    TimerWheel wheel_;
    CodingTurns coding_turns_{loop_.context()};
    RoutesHold routes_;
    std::uint64_t routes_number_ = 0;
    DateCache date_;
    std::unique_ptr<AccessReporter> access_;
    SparePool<Buffer> buffers_{64};
    SparePool<Exchange> exchanges_{64};
    SparePool<std::string> outputs_{16};
    std::string out_;                    // answers of the connection that is being worked on
    std::deque<ServedListener> served_;  // outlives the connections, as listeners don't
    std::vector<std::unique_ptr<Listener>> listeners_;
    ServerCounts& counts_;
    std::shared_ptr<const detail::TrustedProxies> trusted_proxies_;  // null: none
    Connection* connections_ = nullptr;
    std::size_t connection_count_ = 0;
    std::uint64_t next_request_id_;
    WebSockets websockets_{*this};
    RepeatedWarning too_many_{*services_.log,
                              "connections were answered 503, since limits.connections or "
                              "limits.connections_per_address are open"};
    RepeatedWarning out_of_descriptors_{*services_.log,
                                        "no file descriptors are left: new connections have to "
                                        "wait, or are answered 503"};
    RepeatedWarning not_from_proxy_{*services_.log,
                                    "connections to a listener with proxy_protocol were closed: "
                                    "without its header, or from no address of trusted_proxies"};
    std::vector<LoopServer*> servers_;
    std::function<void()> on_idle_;
    std::size_t cut_ = 0;
    bool draining_ = false;
    bool working_ = false;  // a connection is using out_
};

}  // namespace patchbay
