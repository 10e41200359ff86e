// A closed-loop HTTP/1.1 load that costs less than any server: sends the same GET on every connection, learns the length of
// the answer once, then counts bytes. Prints "measuring" when the warm-up is over, and one line of JSON at the end.
// http_load PORT PATH CONNECTIONS SECONDS WARM-UP-SECONDS
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
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
    std::size_t answer_size = 0;
    std::size_t received = 0;
    std::string first_answer;
    Clock::time_point sent;
};

[[noreturn]] void fail(const char* why) {
    std::printf("{\"error\":\"%s\"}\n", why);
    std::exit(1);
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void send_request(Client& client, const std::string& request) {
    client.sent = Clock::now();
    client.received = 0;
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
}

// Reads the first answer's head for the length that all answers have.
void learn(Client& client, const char* bytes, std::size_t size) {
    client.first_answer.append(bytes, size);
    const std::size_t end = client.first_answer.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (client.first_answer.compare(0, 12, "HTTP/1.1 200") != 0) fail("status");
    const char* const length = strcasestr(client.first_answer.c_str(), "\r\ncontent-length:");
    if (!length) fail("no Content-Length");
    client.answer_size = end + 4 + std::strtoul(length + 17, nullptr, 10);
    client.received = client.first_answer.size();
}

// True when an answer is complete.
bool receive(Client& client) {
    static char bytes[1 << 16];
    const ssize_t size = ::recv(client.socket, bytes, sizeof bytes, 0);
    if (size <= 0) fail("closed");
    if (client.answer_size == 0) {
        learn(client, bytes, static_cast<std::size_t>(size));
    } else {
        client.received += static_cast<std::size_t>(size);
    }
    return client.answer_size > 0 && client.received >= client.answer_size;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::string request = std::string{"GET "} + argv[2] + " HTTP/1.1\r\nHost: 127.0.0.1:" + argv[1] + "\r\n\r\n";
    std::vector<Client> clients(static_cast<std::size_t>(std::atoi(argv[3])));
    const int epoll = ::epoll_create1(0);
    for (Client& client : clients) {
        client.socket = connect_to(port);
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
            if (!receive(client)) continue;
            if (measuring) latencies.push_back(std::chrono::duration<float, std::micro>(Clock::now() - client.sent).count());
            send_request(client, request);
        }
    }
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    const std::size_t count = latencies.size();
    std::sort(latencies.begin(), latencies.end());
    const auto quantile = [&](double part) {
        return count == 0 ? 0.F : latencies[static_cast<std::size_t>(part * static_cast<double>(count - 1))];
    };
    std::printf("{\"requests\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f}\n", count,
                static_cast<double>(count) / elapsed, static_cast<double>(quantile(0.5)), static_cast<double>(quantile(0.99)));
}
