#include "net/listener.hpp"

#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {

namespace {

constexpr int accepts_a_turn = 64;  // so that a flood of connections leaves time for those that are there
constexpr int shared_accepts_a_turn = 8;  // so that the other loops get some
constexpr int turned_away_a_pause = 32;
constexpr std::chrono::milliseconds out_of_descriptors_pause{50};

bool out_of_descriptors(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

enum class FirstBytes : std::uint8_t { none, some, whole_head };

FirstBytes first_bytes(int socket) noexcept {
    std::array<char, 2048> bytes;
    const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count <= 0) return count < 0 && errno == EAGAIN ? FirstBytes::none : FirstBytes::some;
    const std::string_view text{bytes.data(), static_cast<std::size_t>(count)};
    return text.find("\r\n\r\n") == text.npos ? FirstBytes::some : FirstBytes::whole_head;
}

}  // namespace

void say_busy(int socket) noexcept {
    static constexpr std::string_view busy =
        "HTTP/1.1 503 Service Unavailable\r\nServer: patchbay\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    static_cast<void>(::send(socket, busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    ::shutdown(socket, SHUT_WR);
    // Closing with unread bytes would reset the connection and could destroy the answer.
    std::array<char, 4096> dropped;
    for (int i = 0; i < 8 && ::recv(socket, dropped.data(), dropped.size(), MSG_DONTWAIT) > 0; ++i) {
    }
}

Listener::Listener(LoopServer& server, Descriptor socket, const ListenerOptions& options)
    : server_{server},
      socket_{std::move(socket)},
      options_{options},
      served_{server.served_[options.number]},
      pause_{server.loop_.context()},
      alive_{std::make_shared<int>()} {
    refill_reserve();
    if (!watch())
        throw std::system_error{errno, std::generic_category(), "cannot watch the listening socket"};
}

Listener::~Listener() = default;

// Of a shared socket the kernel is asked to wake no more loops than it must; one that comes too late finds
// nothing to accept.
bool Listener::watch() {
    const std::uint32_t events = EPOLLIN | (options_.shared ? std::uint32_t{EPOLLEXCLUSIVE} : 0u);
    return server_.poller_.add(socket_.get(), events, *this);
}

void Listener::stop_watching() noexcept { server_.poller_.remove(socket_.get()); }

int Listener::accept(Endpoint& peer) {
    peer = {};
    auto size = static_cast<socklen_t>(peer.capacity());
    const int accepted = ::accept4(socket_.get(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const bool on_network = peer.data()->sa_family == AF_INET || peer.data()->sa_family == AF_INET6;
    if (accepted < 0 || !on_network) {
        const int error = errno;
        peer = {};
        errno = error;
    } else {
        peer.resize(size);
    }
    return accepted;
}

void Listener::on_events(std::uint32_t) {
    // First of all the reserve: what took from it has ended, or there is none to spare yet.
    if (!refill_reserve()) return pause();
    const int most = options_.shared ? shared_accepts_a_turn : accepts_a_turn;
    for (int i = 0; i < most; ++i) {
        Endpoint peer;
        if (const int accepted = accept(peer); accepted >= 0) {
            server_.accepted(accepted, peer, served_, options_.proxy_protocol);
            continue;
        }
        if (out_of_descriptors(errno)) return pause();
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // ECONNABORTED and the network's errors concern that one connection.
    }
}

// Level-triggered, a connection that can't be accepted would wake the loop without end.
void Listener::pause() {
    server_.out_of_descriptors_.note();
    turn_away_some();
    stop_watching();  // an exclusive one can't be modified
    end_pause_later();
}

void Listener::end_pause_later() {
    pause_.expires_after(out_of_descriptors_pause);
    pause_.async_wait([this, alive = std::weak_ptr<void>{alive_}](boost::system::error_code error) {
        if (!error && !alive.expired() && !retired()) end_pause();
    });
}

void Listener::end_pause() {
    if (!watch()) end_pause_later();
}

void Listener::turn_away_some() {
    for (int i = 0; i < turned_away_a_pause; ++i) {
        if (!turn_away_one()) break;
    }
}

// Whoever has sent a request already is served, and whoever has sent nothing yet has a moment to: both hold a
// descriptor of the reserve until they are gone. Whoever is slower than that has to come again.
bool Listener::turn_away_one() {
    const auto spare = std::ranges::find_if(reserve_, [](const Descriptor& one) { return one.get() >= 0; });
    if (spare == reserve_.end()) return false;
    *spare = Descriptor{};
    Endpoint peer;
    const int accepted = accept(peer);
    if (accepted < 0) {
        refill_reserve();
        return false;
    }
    if (options_.proxy_protocol || first_bytes(accepted) == FirstBytes::some) {
        say_busy(accepted);
        ::close(accepted);
        refill_reserve();
    } else if (Connection* const connection = server_.accepted(accepted, peer, served_, false)) {
        connection->serve_one_within(out_of_descriptors_pause);
    } else {
        refill_reserve();
    }
    return true;
}

bool Listener::refill_reserve() {
    for (Descriptor& spare : reserve_) {
        if (spare.get() < 0) spare = Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
        if (spare.get() < 0) return false;
    }
    return true;
}

}  // namespace patchbay
