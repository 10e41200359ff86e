#include "net/loop_server.hpp"

#include "net/connection.hpp"

#include <patchbay/detail/trusted_proxies.hpp>

#include <random>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay {
namespace {

std::uint64_t random_start() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace

LoopServer::LoopServer(LoopThread& loop, const ExchangeServices& services, const ServerOptions& options,
                       ServerCounts& counts)
    : loop_{loop},
      services_{services},
      poller_{loop.context()},
      wheel_{loop.context()},
      counts_{counts},
      next_request_id_{random_start()} {
    for (ConnectionCounts& of_listener : counts.of_listeners)
        served_.push_back({served_.size(), {}, of_listener});
    this->options(options);
}

LoopServer::~LoopServer() {
    // The loop has ended: what is left here serves nobody any more.
    while (Connection* connection = connections_) {
        connections_ = connection->following;
        delete connection;
    }
}

// Each loop has trusted proxies of its own, so that no counter of references goes from core to core.
void LoopServer::options(const ServerOptions& options) {
    options_ = options;
    for (std::size_t i = 0; i < served_.size(); ++i) served_[i].options = options.listeners[i];
    trusted_proxies_ = options.trusted_proxies.empty()
                           ? nullptr
                           : std::make_shared<const detail::TrustedProxies>(options.trusted_proxies);
}

void LoopServer::open(Descriptor listening_socket, const ListenerOptions& options) {
    if (listeners_.empty()) poller_.start();
    listeners_.push_back(std::make_unique<Listener>(*this, std::move(listening_socket), options));
}

void LoopServer::close_listeners() {
    for (auto& listener : listeners_) {
        listener->stop_watching();
        poller_.retire(std::move(listener));
    }
    listeners_.clear();
}

bool LoopServer::enter_counts(const ServedListener& listener) noexcept {
    if (!counts_.all.enter(options_.max_connections)) return false;
    if (listener.counts.enter(listener.options.max_connections)) return true;
    counts_.all.leave();
    return false;
}

Connection* LoopServer::accepted(int socket, const boost::asio::ip::tcp::endpoint& peer,
                                 const ServedListener& listener, bool proxy_protocol) {
    if (proxy_protocol && !trusts(peer)) {
        not_from_proxy_.note();
        ::close(socket);
        return nullptr;
    }
    if (!enter_counts(listener)) {
        too_many_.note();
        say_busy(socket);
        ::close(socket);
        return nullptr;
    }
    auto connection = std::make_unique<Connection>(*this, listener, socket, peer, proxy_protocol);
    if (!connection->count_address()) {
        too_many_.note();
        connection->leave_counts();
        say_busy(socket);
        ::close(socket);
        return nullptr;
    }
    if (!poller_.add(socket, EPOLLIN, *connection)) {
        connection->leave_counts();
        ::close(socket);
        return nullptr;
    }
    connection->following = connections_;
    if (connections_) connections_->previous = connection.get();
    connections_ = connection.release();
    ++connection_count_;
    return connections_;
}

void LoopServer::remove(Connection& connection) {
    connection.leave_counts();
    release(connection);
}

void LoopServer::release(Connection& connection) {
    (connection.previous ? connection.previous->following : connections_) = connection.following;
    if (connection.following) connection.following->previous = connection.previous;
    --connection_count_;
    poller_.retire(std::unique_ptr<EventSource>{&connection});
    tell_if_idle();
}

void LoopServer::tell_if_idle() {
    if (connection_count_ == 0 && websockets_.empty() && on_idle_) std::exchange(on_idle_, {})();
}

void LoopServer::drain(std::function<void()> on_idle) {
    draining_ = true;
    on_idle_ = std::move(on_idle);
    for (Connection* connection = connections_; connection;) {
        Connection* const current = std::exchange(connection, connection->following);
        current->close_after_answer();
    }
    websockets_.drain();
    tell_if_idle();
}

void LoopServer::stop_handlers(const ServedGeneration* only) {
    for (Connection* connection = connections_; connection; connection = connection->following) {
        connection->stop_handler(only);
    }
    if (only) only->stopping = true;
    websockets_.stop(only);
}

bool LoopServer::close_all() {
    bool none_running = websockets_.close_all();
    while (connections_) {
        none_running = none_running && !connections_->running();
        if (connections_->owes_answer()) ++cut_;
        connections_->close_now();
    }
    return none_running;
}

}  // namespace patchbay
