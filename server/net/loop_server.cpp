#include "net/loop_server.hpp"

#include "net/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
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

LoopServer::LoopServer(LoopThread& loop, const ExchangeServices& services, const ConnectionOptions& options)
    : loop_{loop},
      services_{services},
      options_{options},
      poller_{loop.context()},
      wheel_{loop.context()},
      next_request_id_{random_start()} {}

LoopServer::~LoopServer() {
    // The loop has ended: what is left here serves nobody any more.
    while (Connection* connection = connections_) {
        connections_ = connection->following;
        delete connection;
    }
}

void LoopServer::open(int listening_socket) {
    poller_.start();
    listener_ = std::make_unique<Listener>(*this, listening_socket);
}

void LoopServer::close_listener() {
    if (listener_) poller_.retire(std::move(listener_));
}

void LoopServer::accepted(int socket, const boost::asio::ip::tcp::endpoint& peer) {
    if (connection_count_ >= options_.max_connections) {
        ::close(socket);
        return;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>(*this, socket, peer);
    if (!poller_.add(socket, EPOLLIN, *connection)) {
        ::close(socket);
        return;
    }
    connection->following = connections_;
    if (connections_) connections_->previous = connection.get();
    connections_ = connection.release();
    ++connection_count_;
}

void LoopServer::remove(Connection& connection) {
    (connection.previous ? connection.previous->following : connections_) = connection.following;
    if (connection.following) connection.following->previous = connection.previous;
    --connection_count_;
    poller_.retire(std::unique_ptr<EventSource>{&connection});
    if (connection_count_ == 0 && on_idle_) std::exchange(on_idle_, {})();
}

void LoopServer::drain(std::function<void()> on_idle) {
    draining_ = true;
    on_idle_ = std::move(on_idle);
    for (Connection* connection = connections_; connection;) {
        Connection* const current = std::exchange(connection, connection->following);
        current->close_after_answer();
    }
    if (connection_count_ == 0 && on_idle_) std::exchange(on_idle_, {})();
}

void LoopServer::stop_handlers(const ServedGeneration* only) {
    for (Connection* connection = connections_; connection; connection = connection->following) {
        connection->stop_handler(only);
    }
}

bool LoopServer::close_all() {
    bool none_running = true;
    while (connections_) {
        none_running = none_running && !connections_->running();
        connections_->close_now();
    }
    return none_running;
}

}  // namespace patchbay
