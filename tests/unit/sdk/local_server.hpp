// An HTTP server for the tests of HttpClient: a loopback port, a thread a connection, answers as bytes. Owned
// by the test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace patchbay::test {

using LocalRequest = boost::beast::http::request<boost::beast::http::string_body>;

class LocalServer {
public:
    /// What becomes of a request: these bytes are sent, and the connection is closed, or goes on.
    struct Answer {
        std::string bytes;
        bool close = false;
        std::string unasked{};  ///< sent after them in the same TCP segment; over TLS a record of its own
    };
    /// Nothing: waits for the caller to hang up. Called on the connections' threads, which may wait.
    using Handle = std::function<std::optional<Answer>(const LocalRequest&)>;
    /// PEM files.
    struct Certificate {
        std::string certificate;
        std::string key;
    };

    explicit LocalServer(Handle handle, std::optional<Certificate> tls = std::nullopt);
    ~LocalServer();
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    /// Under "127.0.0.1", or another name of that.
    std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;

    int connections() const { return connections_; }
    int requests() const { return requests_; }
    /// Connections that have ended, by whichever side.
    int ended() const { return ended_; }

private:
    void accept() noexcept;
    void serve(boost::asio::ip::tcp::socket socket) noexcept;
    template <class Stream>
    void answer_all(Stream& stream);

    const Handle handle_;
    std::optional<boost::asio::ssl::context> tls_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    const unsigned short port_;
    std::atomic<int> connections_{0};
    std::atomic<int> requests_{0};
    std::atomic<int> ended_{0};
    std::mutex mutex_;  // guards the two below
    bool stopping_ = false;
    std::set<int> open_;
    std::vector<std::thread> serving_;  // the accepting thread's, until that is joined
    std::thread accepting_;
};

/// 200 with a body and its Content-Length.
LocalServer::Answer ok(const std::string& body = "ok", const std::string& more_headers = "");

}  // namespace patchbay::test
