#include "support/long_lived_clients.hpp"

#include "support/client_frame.hpp"
#include "support/eventually.hpp"
#include "support/websocket_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::test {

LongLivedClients::~LongLivedClients() {
    stop();
    for (const Client& client : clients_) ::close(client.socket);
}

void LongLivedClients::add_socket(const std::string& plugin) {
    const std::string target = "/" + plugin + "/count";
    add(target, websocket_handshake(target), false);
}

// To HTTP/1.0 there are no chunks.
void LongLivedClients::add_stream(const std::string& plugin) {
    const std::string target = "/" + plugin + "/events";
    add(target, "GET " + target + " HTTP/1.0\r\nHost: test\r\n\r\n", true);
}

void LongLivedClients::add(const std::string& target, std::string request, bool is_stream) {
    Client& client = clients_.emplace_back();
    client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error{"LongLivedClients: no connection"};
    ::fcntl(client.socket, F_SETFL, O_NONBLOCK);
    client.is_stream = is_stream;
    client.name = target + " #" + std::to_string(clients_.size());
    client.out = std::move(request);
}

void LongLivedClients::start() {
    thread_ = std::thread{[this] { run(); }};
    if (!eventually([this] { return failed_ || opened_ == clients_.size(); }) || failed_)
        throw std::runtime_error{"LongLivedClients: " + std::to_string(opened_) + " of " +
                                 std::to_string(clients_.size()) + " are open"};
}

bool LongLivedClients::wait_for_news(unsigned long number) {
    quiet_ = true;
    return eventually([&] {
               if (failed_) return true;
               for (const Client& client : clients_)
                   if (client.waits || client.news != number) return false;
               return true;
           }) &&
           !failed_;
}

std::vector<std::string> LongLivedClients::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return problems_;
}

void LongLivedClients::run() {
    while (!stopping_ && !failed_) turn();
}

void LongLivedClients::turn() {
    std::vector<pollfd> polled;
    polled.reserve(clients_.size());
    const auto now = Clock::now();
    for (Client& client : clients_) {
        if (client.open && !client.is_stream && !client.waits && !quiet_ && client.due <= now) say(client);
        if (!client.out.empty()) write(client);
        polled.push_back(
            {client.socket, static_cast<short>(client.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    }
    ::poll(polled.data(), polled.size(), 10);
    for (std::size_t i = 0; i < polled.size(); ++i)
        if (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) read(clients_[i]);
}

void LongLivedClients::say(Client& client) {
    client.waits = true;
    client.out += text_frame(std::to_string(++client.said));
}

void LongLivedClients::write(Client& client) {
    const ssize_t sent = ::send(client.socket, client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (sent > 0) client.out.erase(0, static_cast<std::size_t>(sent));
}

void LongLivedClients::read(Client& client) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t received = ::recv(client.socket, buffer.data(), buffer.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) return fail(client, "the connection has ended");
    client.in.append(buffer.data(), static_cast<std::size_t>(received));
    take(client);
}

void LongLivedClients::take(Client& client) {
    if (!client.open && !take_head(client)) return;
    while (!failed_ && (client.is_stream ? take_event(client) : take_frame(client))) {
    }
}

bool LongLivedClients::take_head(Client& client) {
    const std::size_t end = client.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (client.in.compare(9, 3, client.is_stream ? "200" : "101") != 0) {
        fail(client, client.in.substr(0, end));
        return false;
    }
    client.in.erase(0, end + 4);
    client.open = true;
    ++opened_;
    return true;
}

// A frame of more than 125 bytes would be none that the plugin sends.
bool LongLivedClients::take_frame(Client& client) {
    if (client.in.size() < 2) return false;
    const std::size_t size = static_cast<unsigned char>(client.in[1]);
    if (client.in.size() < 2 + size) return false;
    const unsigned opcode = static_cast<unsigned char>(client.in[0]) & 0xfU;
    const std::string payload = client.in.substr(2, size);
    client.in.erase(0, 2 + size);
    if (opcode == 9) {
        client.out += client_frame(10, payload);
    } else if (opcode == 1 && size < 126) {
        hear(client, payload);
    } else {
        fail(client, "opcode " + std::to_string(opcode) + ": " + payload);
    }
    return true;
}

bool LongLivedClients::take_event(Client& client) {
    constexpr std::string_view field = "data: ";
    const std::size_t end = client.in.find("\n\n");
    if (end == std::string::npos) return false;
    const std::string event = client.in.substr(0, end);
    client.in.erase(0, end + 2);
    if (event.compare(0, field.size(), field) == 0)
        hear(client, std::string_view{event}.substr(field.size()));
    return true;
}

// "answer 7" or "news 7".
void LongLivedClients::hear(Client& client, std::string_view text) {
    const bool is_news = text.substr(0, 5) == "news ";
    const unsigned long number = std::stoul(std::string{text.substr(text.find(' ') + 1)});
    const unsigned long last = is_news ? client.news.load() : client.answered;
    if (number != last + 1) return fail(client, std::string{text} + " after " + std::to_string(last));
    if (is_news) {
        client.news = number;
        ++news_;
        return;
    }
    client.answered = number;
    client.due = Clock::now() + pace_;
    client.waits = false;
    ++answers_;
}

void LongLivedClients::fail(Client& client, const std::string& what) {
    problems_.push_back(client.name + ": " + what);
    failed_ = true;
}

}  // namespace patchbay::test
