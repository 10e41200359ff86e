#include "upstream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>

#include <map>

namespace fanout {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using tcp = asio::ip::tcp;

namespace {

constexpr int party = 4;  // as many callers meet

const std::map<std::string, std::string> answers{
    {"/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"/meet", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"},
    {"/until-close", "HTTP/1.1 200 OK\r\n\r\nok"},
    {"/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nmissing"},
    {"/away", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {"/large", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')},
    {"/garbage", "220 mail.example.com ESMTP\r\n"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok"},
};

}  // namespace

Upstream::Upstream()
    : acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}},
      port_{acceptor_.local_endpoint().port()},
      meeting_{loop_, asio::steady_timer::time_point::max()} {
    start(accept());
    thread_ = std::thread{[this] { loop_.run(); }};
}

Upstream::~Upstream() {
    loop_.stop();
    thread_.join();
}

std::string Upstream::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void Upstream::start(asio::awaitable<void> coroutine) {
    // An exception means that the caller has hung up.
    asio::co_spawn(loop_, std::move(coroutine), [](std::exception_ptr) {});
}

asio::awaitable<void> Upstream::accept() {
    for (;;) {
        tcp::socket socket = co_await acceptor_.async_accept(use_awaitable);
        start(serve(std::move(socket)));
    }
}

asio::awaitable<void> Upstream::serve(Socket socket) {
    boost::beast::flat_buffer buffer;
    http::request<http::empty_body> request;
    co_await http::async_read(socket, buffer, request, use_awaitable);
    ++requests_;
    const std::string path{request.target()};
    std::string answer;
    if (path == "/never") {
        char byte = 0;
        co_await socket.async_read_some(asio::buffer(&byte, 1), asio::as_tuple(use_awaitable));
        hung_up_.set_value();
        co_return;
    }
    if (path == "/meet") co_await meet();
    if (path == "/host") {
        const std::string host{request[http::field::host]};
        answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(host.size()) + "\r\n\r\n" + host;
    } else {
        answer = answers.at(path);
    }
    co_await asio::async_write(socket, asio::buffer(answer), use_awaitable);
}

asio::awaitable<void> Upstream::meet() {
    if (++waiting_ == party) {
        meeting_.cancel();
    } else {
        co_await meeting_.async_wait(asio::as_tuple(use_awaitable));
    }
}

unsigned short closed_port() {
    asio::io_context loop;
    const tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
    return acceptor.local_endpoint().port();
}

}  // namespace fanout
