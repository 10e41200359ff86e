#include "support/http_client.hpp"

#include "support/eventually.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
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

HttpClient::HttpClient(std::uint16_t port, int receive_buffer) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("socket");
    if (receive_buffer > 0)
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
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

// False at the end of the stream.
bool HttpClient::fill() {
    if (taken_ == buffer_.size()) {
        buffer_.clear();
        taken_ = 0;
    }
    std::array<char, 64 * 1024> bytes;
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
    const std::string length = response.header("content-length");
    if (length.empty()) throw std::runtime_error{"HttpClient: an answer without Content-Length: " + first};
    const std::size_t size = std::stoul(length);
    while (buffer_.size() - taken_ < size) {
        if (!fill()) throw std::runtime_error{"HttpClient: closed in the middle of a body"};
    }
    response.body = buffer_.substr(taken_, size);
    taken_ += size;
    return response;
}

HttpResponse HttpClient::get(std::string_view target) {
    send(http_request("GET", target));
    return read_response();
}

HttpResponse HttpClient::post(std::string_view target, std::string_view body) {
    send(http_request("POST", target, body));
    return read_response();
}

void HttpClient::wait_for_bytes() {
    if (taken_ == buffer_.size() && !fill())
        throw std::runtime_error{"HttpClient: closed instead of an answer"};
}

void HttpClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool HttpClient::closed() { return taken_ == buffer_.size() && !fill(); }

}  // namespace patchbay::test
