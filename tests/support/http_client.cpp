#include "support/http_client.hpp"

#include "support/eventually.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace patchbay::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error{"HttpClient: " + what + ": " + std::strerror(errno)};
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

sockaddr_in internet_address(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return address;
}

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string http_request(std::string_view method, std::string_view target, std::string_view body) {
    std::string text{method};
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text.append("\r\n").append(body);
}

bool is_listening(std::uint16_t port) {
    try {
        const HttpClient probe{port};
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

HttpClient::HttpClient(std::uint16_t port, ReceiveBuffer buffer) {
    open(AF_INET);
    if (buffer.bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer.bytes, sizeof buffer.bytes);
    if (buffer.segment > 0)
        ::setsockopt(socket_, IPPROTO_TCP, TCP_MAXSEG, &buffer.segment, sizeof buffer.segment);
    const sockaddr_in address = internet_address(INADDR_LOOPBACK, port);
    connect(&address, sizeof address);
}

HttpClient::HttpClient(const std::filesystem::path& file) {
    open(AF_UNIX);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    file.string().copy(address.sun_path, sizeof address.sun_path - 1);
    connect(&address, sizeof address);
}

HttpClient::HttpClient(std::uint16_t port, const std::string& source) {
    open(AF_INET);
    const sockaddr_in from = internet_address(ntohl(::inet_addr(source.c_str())), 0);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
    const sockaddr_in address = internet_address(INADDR_LOOPBACK, port);
    connect(&address, sizeof address);
}

void HttpClient::open(int family) {
    socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("socket");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void HttpClient::connect(const void* address, std::size_t size) {
    if (::connect(socket_, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)) == 0) return;
    const int error = errno;
    ::close(socket_);
    errno = error;
    fail("connect");
}

HttpClient::~HttpClient() {
    if (socket_ >= 0) ::close(socket_);
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, buffer_{std::move(other.buffer_)}, taken_{other.taken_} {}

void HttpClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t HttpClient::send_until_full(std::string_view bytes) {
    std::size_t total = 0;
    pollfd room{.fd = socket_, .events = POLLOUT, .revents = 0};
    while (total < bytes.size() && ::poll(&room, 1, 300) == 1) {
        const std::string_view rest = bytes.substr(total);
        const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) fail("send");
        if (sent > 0) total += static_cast<std::size_t>(sent);
    }
    return total;
}

// False at the end of the stream.
bool HttpClient::fill() {
    if (taken_ == buffer_.size()) {
        buffer_.clear();
        taken_ = 0;
    }
    std::array<char, 64 * 1024> bytes;
    errno = 0;
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno != ECONNRESET) fail("no answer in time");
    if (count <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

std::string HttpClient::take_line() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n", taken_)) == std::string::npos) {
        if (!fill())
            throw std::runtime_error{"HttpClient: closed instead of an answer; received \"" +
                                     buffer_.substr(taken_) + "\""};
    }
    std::string line = buffer_.substr(taken_, end - taken_);
    taken_ = end + 2;
    return line;
}

HttpResponse HttpClient::read_response(bool head) {
    HttpResponse response;
    const std::string first = take_line();
    if (first.compare(0, 9, "HTTP/1.1 ") != 0)
        throw std::runtime_error{"HttpClient: not a status line: " + first};
    response.status = std::stoi(first.substr(9, 3));
    for (std::string line = take_line(); !line.empty(); line = take_line()) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) throw std::runtime_error{"HttpClient: not a header field: " + line};
        response.headers[lower_case(line.substr(0, colon))] = line.substr(colon + 2);
    }
    const bool no_body = head || response.status < 200 || response.status == 204 || response.status == 304;
    if (no_body) return response;
    if (const std::string length = response.header("content-length"); !length.empty()) {
        response.body = take_bytes(std::stoul(length));
    } else if (response.header("transfer-encoding") == "chunked") {
        response.body = take_chunks();
    } else if (response.header("connection") == "close") {
        response.body = take_rest();
    } else {
        throw std::runtime_error{"HttpClient: an answer without a length: " + first};
    }
    return response;
}

std::string HttpClient::take_bytes(std::size_t count) {
    while (buffer_.size() - taken_ < count) {
        if (!fill()) throw std::runtime_error{"HttpClient: closed in the middle of a body"};
    }
    taken_ += count;
    return buffer_.substr(taken_ - count, count);
}

std::string HttpClient::take_chunks() {
    std::string body;
    for (;;) {
        const std::size_t size = std::stoul(take_line(), nullptr, 16);
        body += take_bytes(size);
        if (!take_line().empty()) throw std::runtime_error{"HttpClient: a chunk longer than its size"};
        if (size == 0) return body;
    }
}

std::string HttpClient::take_rest() {
    while (fill()) {
    }
    if (errno == ECONNRESET) throw std::runtime_error{"HttpClient: reset in the middle of a body"};
    return buffer_.substr(std::exchange(taken_, buffer_.size()));
}

HttpResponse HttpClient::read_final_response() {
    HttpResponse response = read_response();
    return response.status == 100 ? read_response() : response;
}

HttpResponse HttpClient::get(std::string_view target) {
    send(http_request("GET", target));
    return read_response();
}

HttpResponse HttpClient::post(std::string_view target, std::string_view body) {
    send(http_request("POST", target, body));
    return read_response();
}

std::string HttpClient::read_some() {
    if (taken_ == buffer_.size()) fill();
    return buffer_.substr(std::exchange(taken_, buffer_.size()));
}

bool HttpClient::has_bytes() const {
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    return taken_ != buffer_.size() || ::poll(&readable, 1, 0) == 1;
}

void HttpClient::wait_for_bytes() {
    if (taken_ == buffer_.size() && !fill())
        throw std::runtime_error{"HttpClient: closed instead of an answer"};
}

void HttpClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void HttpClient::reset() {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

bool HttpClient::closed() { return taken_ == buffer_.size() && !fill(); }

bool answers(HttpClient client, std::string_view target) {
    try {
        return client.get(target).status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace patchbay::test
