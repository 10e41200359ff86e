#include "local_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/read.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

namespace patchbay::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

LocalServer::LocalServer(Handle handle, std::optional<Certificate> tls)
    : handle_{std::move(handle)},
      acceptor_{context_, {asio::ip::address_v4::loopback(), 0}},
      port_{acceptor_.local_endpoint().port()} {
    if (tls) {
        tls_.emplace(asio::ssl::context::tls_server);
        tls_->use_certificate_chain_file(tls->certificate);
        tls_->use_private_key_file(tls->key, asio::ssl::context::pem);
    }
    accepting_ = std::thread{[this] { accept(); }};
}

LocalServer::~LocalServer() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
        for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : serving_) thread.join();
}

std::string LocalServer::url(const std::string& path, const std::string& host) const {
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
}

void LocalServer::accept() noexcept {
    for (;;) {
        boost::system::error_code error;
        tcp::socket socket = acceptor_.accept(error);
        const std::scoped_lock lock{mutex_};
        if (error || stopping_) return;
        ++connections_;
        open_.insert(socket.native_handle());
        serving_.emplace_back(
            [this, taken = std::make_shared<tcp::socket>(std::move(socket))] { serve(std::move(*taken)); });
    }
}

void LocalServer::serve(tcp::socket socket) noexcept {
    const int handle = socket.native_handle();
    try {
        if (tls_) {
            asio::ssl::stream<tcp::socket&> stream{socket, *tls_};
            stream.handshake(asio::ssl::stream_base::server);
            answer_all(stream);
        } else {
            answer_all(socket);
        }
    } catch (const std::exception&) {  // the caller has hung up, or the test ends
    }
    const std::scoped_lock lock{mutex_};
    open_.erase(handle);
    boost::system::error_code ignored;
    socket.close(ignored);
    ++ended_;
}

template <class Stream>
void hold_back(Stream& stream, bool on) {
    using Cork = asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_CORK>;
    boost::beast::get_lowest_layer(stream).set_option(Cork{on});
}

template <class Stream>
void LocalServer::answer_all(Stream& stream) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        LocalRequest request;
        http::read(stream, buffer, request);
        ++requests_;
        const std::optional<Answer> answer = handle_(request);
        if (!answer) {
            char byte = 0;
            stream.read_some(asio::buffer(&byte, 1));
            return;
        }
        hold_back(stream, true);
        asio::write(stream, asio::buffer(answer->bytes));
        asio::write(stream, asio::buffer(answer->unasked));
        hold_back(stream, false);
        if (answer->close) return;
    }
}

LocalServer::Answer ok(const std::string& body, const std::string& more_headers) {
    return {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
            "\r\n" + body};
}

}  // namespace patchbay::test
