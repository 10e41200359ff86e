// What the machine itself costs: a bare epoll loop that finds the end of a request's head and sends a constant answer, or to
// POST the body back, or to WebSocket frames their payload, one receive and one send a batch; what is posted to /publish it
// sends to every WebSocket. It is no HTTP server; every other figure is given as a multiple of its.
// epoll_limit PORT
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nServer: limit\r\nDate: Sun, 22 Nov 2026 20:00:00 GMT\r\nContent-Type: text/plain\r\n"
    "Content-Length: 13\r\n\r\nHello, World!";

constexpr std::string_view echo_head =
    "HTTP/1.1 200 OK\r\nServer: limit\r\nDate: Sun, 22 Nov 2026 20:00:00 GMT\r\nContent-Type: text/plain\r\n"
    "Content-Length: ";

// To a key that is always the same; the load does not look at the rest.
constexpr std::string_view upgrade =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct Connection {
    std::string rest;  // an incomplete request, or frame
    bool websocket = false;
};

int listen_on(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(socket, 4096) != 0) {
        std::perror("epoll_limit");
        std::exit(1);
    }
    return socket;
}

void watch(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void accept_all(int epoll, int listener) {
    for (int socket; (socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, socket);
    }
}

// The body's size, if there is one: what the load writes as the last line of the head.
std::size_t body_size(std::string_view head) {
    const std::size_t length = head.find("Content-Length: ");
    return length == std::string_view::npos ? 0 : std::strtoul(head.data() + length + 16, nullptr, 10);
}

// The same payload, unmasked, in frames of up to 125 bytes (RFC 6455 §5.2).
std::string echoes_of(std::string_view received, std::string& rest) {
    std::string out;
    if (!rest.empty()) received = rest.append(received);
    while (received.size() >= 6) {
        const auto size = static_cast<std::size_t>(received[1] & 0x7f);
        if (received.size() < 6 + size) break;
        out += received[0];
        out += static_cast<char>(size);
        for (std::size_t i = 0; i < size; ++i)
            out += static_cast<char>(received[6 + i] ^ received[2 + (i & 3)]);
        received.remove_prefix(6 + size);
    }
    rest = std::string{received};
    return out;
}

using Connections = std::unordered_map<int, Connection>;

// One bare send each, of up to 125 bytes.
void publish(std::string_view text, const Connections& connections) {
    std::string frame{'\x81', static_cast<char>(text.size())};
    frame.append(text);
    for (const auto& [descriptor, connection] : connections)
        if (connection.websocket) ::send(descriptor, frame.data(), frame.size(), MSG_NOSIGNAL);
}

// Answers for every complete request in what was received; what is left of an incomplete one stays in the connection.
std::string answers_to(std::string_view received, Connection& connection, const Connections& connections) {
    std::string& rest = connection.rest;
    if (connection.websocket) return echoes_of(received, rest);
    std::string out;
    if (!rest.empty()) received = rest.append(received);
    const bool upgrades = received.starts_with("GET /ws ") || received.starts_with("GET /joined ");
    if (upgrades && received.ends_with("\r\n\r\n")) {
        connection.websocket = true;
        rest.clear();
        return std::string{upgrade};
    }
    for (std::size_t end; (end = received.find("\r\n\r\n")) != std::string_view::npos;) {
        const std::size_t body = received[0] == 'P' ? body_size(received.substr(0, end)) : 0;
        if (received.size() < end + 4 + body) break;
        if (received.starts_with("POST /publish ")) publish(received.substr(end + 4, body), connections);
        if (body == 0) {
            out.append(answer);
        } else {
            out.append(echo_head).append(std::to_string(body)).append("\r\n\r\n").append(received.substr(end + 4, body));
        }
        received.remove_prefix(end + 4 + body);
    }
    rest = std::string{received};
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::signal(SIGPIPE, SIG_IGN);
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int epoll = ::epoll_create1(0);
    watch(epoll, listener);
    std::vector<epoll_event> events(512);
    std::vector<char> received(1 << 16);
    Connections connections;
    for (;;) {
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            if (descriptor == listener) {
                accept_all(epoll, listener);
                continue;
            }
            const ssize_t size = ::recv(descriptor, received.data(), received.size(), 0);
            if (size <= 0) {
                ::close(descriptor);
                connections.erase(descriptor);
                continue;
            }
            const std::string out =
                answers_to({received.data(), static_cast<std::size_t>(size)}, connections[descriptor], connections);
            if (!out.empty() && ::send(descriptor, out.data(), out.size(), MSG_NOSIGNAL) < 0) ::close(descriptor);
        }
    }
}
