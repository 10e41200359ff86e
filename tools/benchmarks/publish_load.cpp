// WebSockets that a publisher posts to: opens SOCKETS of them at /joined, then posts BODY bytes, up to 125, to /publish
// PUBLISHES times, each when every socket has had the one before for PAUSE-SECONDS. Prints "measuring" once all are open and
// warm, and one line of JSON at the end: how long after the post each socket had its message.
// publish_load PORT SOCKETS PUBLISHES PAUSE-SECONDS BODY
#include "load_socket.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Subscriber {
    int socket = -1;
    std::size_t received = 0;
};

int connect_for_now(std::uint16_t port) {
    const int socket = connect_to(port);
    const linger at_once{.l_onoff = 1, .l_linger = 0};  // so that its port is free at the end
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return socket;
}

// Sends a request and waits for the end of its answer's head.
void ask(int socket, const std::string& request, const char* status) {
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
        char bytes[4096];
        const ssize_t size = ::recv(socket, bytes, sizeof bytes, 0);
        if (size <= 0) fail("closed");
        answer.append(bytes, static_cast<std::size_t>(size));
    }
    if (answer.compare(9, 3, status) != 0) fail("status");
}

class Publication {
public:
    Publication(std::uint16_t port, std::size_t sockets, std::size_t body)
        : subscribers_(sockets), frame_{2 + body} {
        const std::string handshake = "GET /joined HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        for (Subscriber& subscriber : subscribers_) {
            subscriber.socket = connect_for_now(port);
            ask(subscriber.socket, handshake, "101");
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = &subscriber;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, subscriber.socket, &event);
        }
        publisher_ = connect_for_now(port);
        post_ = "POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body) +
                "\r\n\r\n" + std::string(body, 'x');
    }

    // Adds how long each subscriber waited, in microseconds. Polls without sleeping: to wake this thread up would be a part of
    // the server's sends, as it is of no sends to another machine.
    void publish(std::vector<float>& waits) {
        const Clock::time_point posted = Clock::now();
        if (::send(publisher_, post_.data(), post_.size(), MSG_NOSIGNAL) < 0) fail("send");
        for (std::size_t missing = subscribers_.size(); missing > 0;) {
            epoll_event events[256];
            const int ready = ::epoll_wait(epoll_, events, 256, 0);
            if (ready == 0 && Clock::now() - posted > std::chrono::seconds{10}) fail("a message is missing");
            for (int i = 0; i < ready; ++i) {
                if (!receive(*static_cast<Subscriber*>(events[i].data.ptr))) continue;
                waits.push_back(std::chrono::duration<float, std::micro>(Clock::now() - posted).count());
                --missing;
            }
        }
        char answer[4096];
        if (::recv(publisher_, answer, sizeof answer, 0) <= 0) fail("closed");
    }

private:
    // True when the message is complete.
    bool receive(Subscriber& subscriber) const {
        char bytes[256];
        const ssize_t size = ::recv(subscriber.socket, bytes, sizeof bytes, 0);
        if (size <= 0) fail("closed");
        subscriber.received += static_cast<std::size_t>(size);
        if (subscriber.received < frame_) return false;
        subscriber.received -= frame_;
        return true;
    }

    int publisher_ = -1;
    int epoll_ = ::epoll_create1(0);
    std::vector<Subscriber> subscribers_;
    std::size_t frame_;  // bytes of a message
    std::string post_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const auto number = [argv](int at) { return static_cast<std::size_t>(std::atoi(argv[at])); };
    const std::chrono::duration<double> pause{std::atof(argv[4])};
    if (number(5) > 125) return 2;
    Publication publication{static_cast<std::uint16_t>(number(1)), number(2), number(5)};
    std::vector<float> waits;
    for (int i = 0; i < 3; ++i) publication.publish(waits);
    waits.clear();
    std::puts("measuring");
    std::fflush(stdout);
    const std::size_t publishes = number(3);
    for (std::size_t i = 0; i < publishes; ++i) {
        publication.publish(waits);
        std::this_thread::sleep_for(pause);
    }
    std::sort(waits.begin(), waits.end());
    const auto quantile = [&waits](double part) {
        return static_cast<double>(waits[static_cast<std::size_t>(part * static_cast<double>(waits.size() - 1))]);
    };
    std::printf("{\"requests\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f}\n", publishes, quantile(0.5), quantile(0.99));
}
