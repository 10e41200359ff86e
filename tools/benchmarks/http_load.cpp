// A closed-loop HTTP/1.1 load that costs less than any server: sends the same requests on every connection, DEPTH of them in
// one write, learns the length of an answer once, then counts bytes. GET, or POST with BODY bytes of text; or, after the
// handshake, WebSocket messages of BODY bytes, up to 125, to what echoes them. Prints "measuring" when the warm-up is over,
// and one line of JSON at the end.
// http_load PORT PATH CONNECTIONS SECONDS WARM-UP-SECONDS DEPTH BODY [websocket]
#include "load_socket.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Client {
    int socket = -1;
    std::size_t answer_size = 0;  // of all DEPTH
    std::size_t received = 0;
    std::string first_answer;
    Clock::time_point sent;
};

int connect_without_delay(std::uint16_t port) {
    const int socket = connect_to(port);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void send_request(Client& client, const std::string& request) {
    client.sent = Clock::now();
    client.received = 0;
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
}

std::string requests(const char* port, const char* path, std::size_t depth, std::size_t body) {
    std::string one = std::string{body > 0 ? "POST " : "GET "} + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n";
    if (body > 0) one += "Content-Length: " + std::to_string(body) + "\r\n";
    one += "\r\n" + std::string(body, 'x');
    std::string all;
    for (std::size_t i = 0; i < depth; ++i) all += one;
    return all;
}

std::string frames(std::size_t depth, std::size_t body) {
    constexpr char mask[] = {0x37, 0x7a, 0x21, 0x3d};
    std::string one{static_cast<char>(0x82), static_cast<char>(0x80 | body)};
    one.append(mask, sizeof mask);
    for (std::size_t i = 0; i < body; ++i) one += static_cast<char>('x' ^ mask[i & 3]);
    std::string all;
    for (std::size_t i = 0; i < depth; ++i) all += one;
    return all;
}

void shake_hands(const Client& client, const char* port, const char* path) {
    const std::string request = std::string{"GET "} + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port +
                                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
        char bytes[1024];
        const ssize_t size = ::recv(client.socket, bytes, sizeof bytes, 0);
        if (size <= 0) fail("closed");
        answer.append(bytes, static_cast<std::size_t>(size));
    }
    if (answer.compare(0, 12, "HTTP/1.1 101") != 0) fail("status");
}

// Reads the first answer's head for the length that all answers have.
void learn(Client& client, const char* bytes, std::size_t size, std::size_t depth) {
    client.first_answer.append(bytes, size);
    const std::size_t end = client.first_answer.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (client.first_answer.compare(0, 12, "HTTP/1.1 200") != 0) fail("status");
    const char* const length = strcasestr(client.first_answer.c_str(), "\r\ncontent-length:");
    if (!length) fail("no Content-Length");
    client.answer_size = depth * (end + 4 + std::strtoul(length + 17, nullptr, 10));
    client.received = client.first_answer.size();
}

// True when the answers are complete.
bool receive(Client& client, std::size_t depth) {
    static char bytes[1 << 16];
    const ssize_t size = ::recv(client.socket, bytes, sizeof bytes, 0);
    if (size <= 0) fail("closed");
    if (client.answer_size == 0) {
        learn(client, bytes, static_cast<std::size_t>(size), depth);
    } else {
        client.received += static_cast<std::size_t>(size);
    }
    return client.answer_size > 0 && client.received >= client.answer_size;
}

}  // namespace

int main(int argc, char** argv) {
    const bool websocket = argc == 9 && std::string{argv[8]} == "websocket";
    if (argc != 8 && !websocket) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const auto depth = static_cast<std::size_t>(std::atoi(argv[6]));
    const auto body = static_cast<std::size_t>(std::atoi(argv[7]));
    if (websocket && body > 125) return 2;
    const std::string request = websocket ? frames(depth, body) : requests(argv[1], argv[2], depth, body);
    std::vector<Client> clients(static_cast<std::size_t>(std::atoi(argv[3])));
    const int epoll = ::epoll_create1(0);
    for (Client& client : clients) {
        client.socket = connect_without_delay(port);
        if (websocket) {
            shake_hands(client, argv[1], argv[2]);
            client.answer_size = depth * (2 + body);
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &client;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, client.socket, &event);
        send_request(client, request);
    }
    const auto seconds = [](const char* text) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{std::atof(text)});
    };
    const auto measured_from = Clock::now() + seconds(argv[5]);
    const auto end = measured_from + seconds(argv[4]);
    std::vector<float> latencies;
    bool measuring = false;
    Clock::time_point start;
    for (Clock::time_point now; (now = Clock::now()) < end;) {
        if (!measuring && now >= measured_from) {
            measuring = true;
            start = now;
            std::puts("measuring");
            std::fflush(stdout);
        }
        epoll_event events[256];
        const int ready = ::epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < ready; ++i) {
            Client& client = *static_cast<Client*>(events[i].data.ptr);
            if (!receive(client, depth)) continue;
            if (measuring) latencies.push_back(std::chrono::duration<float, std::micro>(Clock::now() - client.sent).count());
            send_request(client, request);
        }
    }
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    const std::size_t count = latencies.size();  // of writes
    std::sort(latencies.begin(), latencies.end());
    const auto quantile = [&](double part) {
        return count == 0 ? 0.F : latencies[static_cast<std::size_t>(part * static_cast<double>(count - 1))];
    };
    std::printf("{\"requests\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f}\n", count * depth,
                static_cast<double>(count * depth) / elapsed, static_cast<double>(quantile(0.5)), static_cast<double>(quantile(0.99)));
}
