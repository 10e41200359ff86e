#include "net/listener.hpp"

#include "net/loop_server.hpp"

#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace patchbay {

using boost::asio::ip::tcp;

namespace {

constexpr int backlog = 4096;
constexpr int accepts_a_turn = 64;  // so that a flood of connections leaves time for those that are there
constexpr std::chrono::milliseconds out_of_descriptors_pause{50};

int open_spare() noexcept { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool out_of_descriptors(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string describe(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

class Socket {
public:
    explicit Socket(int descriptor) noexcept : descriptor_{descriptor} {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

int bound_socket(const tcp::endpoint& endpoint, bool shared) {
    const auto fail = [&](const char* what) {
        throw std::system_error{errno, std::generic_category(),
                                "cannot listen on " + describe(endpoint) + ": " + what};
    };
    Socket socket{::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) fail("socket");
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        fail("SO_REUSEPORT");
    if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) fail("bind");
    return socket.release();
}

tcp::endpoint resolve(const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error) return {address, port};
    boost::asio::io_context context;
    const auto found =
        tcp::resolver{context}.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error)
        throw std::system_error{error.value(), std::generic_category(),
                                "cannot listen on " + host + ": " + error.message()};
    return found.begin()->endpoint();
}

}  // namespace

std::vector<int> listen_sockets(const std::string& host, std::uint16_t port, std::size_t count) {
    tcp::endpoint endpoint = resolve(host, port);
    // Sockets that share a port don't tell when another process of the same user has it: ask with one that
    // does not.
    {
        const Socket probe{bound_socket(endpoint, false)};
        endpoint.port(local_port(probe.get()));
    }
    std::vector<int> sockets;
    for (std::size_t i = 0; i < count; ++i) {
        Socket socket{bound_socket(endpoint, count > 1)};
        if (::listen(socket.get(), backlog) != 0) {
            throw std::system_error{errno, std::generic_category(), "cannot listen on " + describe(endpoint)};
        }
        sockets.push_back(socket.release());
    }
    return sockets;
}

std::uint16_t local_port(int socket) {
    tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(socket, endpoint.data(), &size) != 0)
        throw std::system_error{errno, std::generic_category(), "getsockname"};
    endpoint.resize(size);
    return endpoint.port();
}

Listener::Listener(LoopServer& server, int socket) : server_{server}, socket_{socket}, spare_{open_spare()} {
    if (server_.poller_.add(socket_, EPOLLIN, *this)) return;
    const int error = errno;
    ::close(socket_);
    throw std::system_error{error, std::generic_category(), "cannot watch the listening socket"};
}

Listener::~Listener() {
    if (spare_ >= 0) ::close(spare_);
    ::close(socket_);
}

void Listener::on_events(std::uint32_t) {
    for (int i = 0; i < accepts_a_turn; ++i) {
        tcp::endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int accepted = ::accept4(socket_, peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) {
            peer.resize(size);
            server_.accepted(accepted, peer);
            continue;
        }
        if (out_of_descriptors(errno)) return pause();
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // ECONNABORTED and the network's errors concern that one connection.
    }
}

// Level-triggered, a connection that can't be accepted would wake the loop without end.
void Listener::pause() {
    turn_away_one();
    server_.poller_.modify(socket_, 0, *this);
    server_.wheel_.arm(*this, out_of_descriptors_pause);
}

void Listener::on_timeout() {
    if (spare_ < 0) spare_ = open_spare();
    server_.poller_.modify(socket_, EPOLLIN, *this);
}

void Listener::turn_away_one() {
    static constexpr std::string_view busy =
        "HTTP/1.1 503 Service Unavailable\r\nServer: patchbay\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    if (spare_ < 0) return;
    ::close(spare_);
    const int accepted = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
        static_cast<void>(::send(accepted, busy.data(), busy.size(), MSG_NOSIGNAL));
        ::shutdown(accepted, SHUT_WR);
        ::close(accepted);
    }
    spare_ = open_spare();
}

}  // namespace patchbay
