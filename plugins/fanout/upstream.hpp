// A small HTTP server for the tests: a loopback port, a thread of its own, and answers that depend on the
// path.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <future>
#include <string>
#include <thread>

namespace fanout {

class Upstream {
public:
    Upstream();
    ~Upstream();
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    unsigned short port() const { return port_; }
    /// "/ok": 200 and "ok". "/chunked": the same in two chunks. "/until-close": the same without a length.
    /// "/missing": 404 and 7 bytes. "/away": a redirect to "/ok". "/host": the Host header. "/large": 5,000
    /// bytes.
    /// "/garbage": no HTTP. "/cut": half of an answer. "/meet": answered once four callers wait there.
    /// "/never": not answered.
    std::string url(const std::string& path) const;

    int requests() const { return requests_; }
    /// Ready when a caller of "/never" has hung up.
    std::future<void> hung_up() { return hung_up_.get_future(); }

private:
    using Socket = boost::asio::ip::tcp::socket;

    /// The coroutine belongs to the loop, and ends with it.
    void start(boost::asio::awaitable<void> coroutine);
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(Socket socket);
    boost::asio::awaitable<void> meet();

    boost::asio::io_context loop_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    const unsigned short port_;
    boost::asio::steady_timer meeting_;
    int waiting_ = 0;
    std::promise<void> hung_up_;
    std::atomic<int> requests_{0};
    std::thread thread_;
};

/// A loopback port on which nobody listens.
unsigned short closed_port();

}  // namespace fanout
