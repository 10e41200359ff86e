#include "client_connection.hpp"

#include "header_rules.hpp"
#include "name_lookup.hpp"

#include <patchbay/task_group.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <utility>

namespace patchbay::detail {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Kind = HttpClientError::Kind;
using ResponseParser = http::response_parser<http::buffer_body>;
// On the loop's plain executor: a connection without a call holds no generation.
using ClientSocket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using TlsStream = asio::ssl::stream<ClientSocket>;

constexpr auto as_result = asio::as_tuple(use_task);
constexpr std::uint32_t max_head = 64 << 10;  // bytes of an answer's head, its trailer, or a chunk's line
constexpr std::size_t piece_size = 16 << 10;

void rethrow_cancellation(const error_code& error) {
    if (error == asio::error::operation_aborted) throw boost::system::system_error{error};
}

HttpClientError failure(const ClientMessage& message, const error_code& error) {
    if (error == http::error::body_limit) {
        return message.error(Kind::too_large, "the answer's body is larger than " +
                                                  std::to_string(message.max_body) + " bytes");
    }
    if (error == http::error::header_limit) {
        return message.error(Kind::too_large,
                             "the answer's head is larger than " + std::to_string(max_head) + " bytes");
    }
    if (error == http::error::buffer_overflow) {
        return message.error(Kind::too_large, "a chunk's line or the trailer of the answer is larger than " +
                                                  std::to_string(max_head) + " bytes");
    }
    if (error == http::error::partial_message)
        return message.error(Kind::closed, "the connection ended in the middle of the answer");
    if (error.category() == http::make_error_code(http::error::bad_version).category())
        return message.error(Kind::protocol, "the answer is no HTTP/1 response: " + error.message());
    return message.error(Kind::closed, "the connection ended before the answer: " + error.message());
}

boost::optional<std::uint64_t> body_limit(const ClientMessage& message) {
    if (message.receive) return boost::none;
    return message.max_body;
}

bool is_informational(const ResponseParser& parser) { return parser.get().result_int() / 100 == 1; }

// Beast takes an unknown transfer coding for none, and would find another end of the body than its server
// (RFC 9112 §6.1).
void check_head(const ResponseParser& parser, const ClientMessage& message) {
    if (parser.get().result() == http::status::switching_protocols)
        throw message.error(Kind::protocol, "the server switches to a protocol that nobody asked for");
    const auto coding = parser.get().find(http::field::transfer_encoding);
    if (coding == parser.get().end()) return;
    const std::string_view value{coding->value().data(), coding->value().size()};
    if (!equal_ignoring_case(value, "chunked"))
        throw message.error(Kind::protocol, "the answer has a transfer coding that nobody asked for");
}

ClientResponse::Headers headers_of(const ResponseParser& parser) {
    ClientResponse::Headers headers;
    for (const auto& field : parser.get()) {
        headers.emplace_back(std::string{field.name_string().data(), field.name_string().size()},
                             std::string{field.value().data(), field.value().size()});
    }
    return headers;
}

template <class Stream>
Task<> read_body(Stream& stream, boost::beast::flat_buffer& buffer, ResponseParser& parser,
                 const ClientMessage& message, ClientResponse& response) {
    std::string room;
    while (!parser.is_done()) {
        room.resize(piece_size);
        http::buffer_body::value_type& body = parser.get().body();
        body.data = room.data();
        body.size = room.size();
        const auto [error, size] = co_await http::async_read_some(stream, buffer, parser, as_result);
        rethrow_cancellation(error);
        if (error && error != http::error::need_buffer) throw failure(message, error);
        const std::string_view piece{room.data(), room.size() - body.size};
        if (!message.receive) {
            response.body().append(piece);
        } else if (!piece.empty()) {
            co_await message.receive(response, piece);
        }
    }
}

template <class Stream>
Task<ClientConnection::Outcome> exchange_over(Stream& stream, boost::beast::flat_buffer& buffer,
                                              const ClientMessage& message) {
    ClientConnection::Outcome outcome;
    buffer.reserve(piece_size);  // Beast reads as much as there is room for, else 512 bytes
    const auto [not_written, written] = co_await http::async_write(stream, message.request, as_result);
    rethrow_cancellation(not_written);  // otherwise the answer may say why the server took no more
    std::optional<ResponseParser> parser;
    do {
        parser.emplace();
        parser->body_limit(body_limit(message));
        parser->header_limit(max_head);
        parser->skip(message.request.method() == http::verb::head);
        const auto [no_head, size] = co_await http::async_read_header(stream, buffer, *parser, as_result);
        rethrow_cancellation(no_head);
        if (no_head && !parser->got_some()) co_return outcome;
        if (no_head) throw failure(message, no_head);
        check_head(*parser, message);
    } while (is_informational(*parser));

    // Before the body: Beast puts trailer fields among the headers, where they don't belong (RFC 9110
    // §6.5.1).
    outcome.response.emplace(message.call, parser->get().result_int(), headers_of(*parser), "");
    co_await read_body(stream, buffer, *parser, message, *outcome.response);
    outcome.reusable = parser->keep_alive() && buffer.size() == 0 && !not_written;
    if (outcome.reusable) buffer.shrink_to_fit();
    co_return outcome;
}

bool has_unread(ClientSocket& socket) noexcept {
    error_code error;
    char byte = 0;
    socket.non_blocking(true, error);
    if (error) return true;
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error != asio::error::would_block;
}

class PlainConnection final : public ClientConnection {
public:
    explicit PlainConnection(ClientSocket socket) : socket_{std::move(socket)} {}

    Task<Outcome> exchange(const ClientMessage& message) override {
        return exchange_over(socket_, buffer_, message);
    }
    bool is_stale() noexcept override { return has_unread(socket_); }

private:
    ClientSocket socket_;
    boost::beast::flat_buffer buffer_{max_head};
};

class TlsConnection final : public ClientConnection {
public:
    TlsConnection(ClientSocket socket, ClientTls& tls) : stream_{std::move(socket), tls.context()} {}

    TlsStream& stream() noexcept { return stream_; }
    Task<Outcome> exchange(const ClientMessage& message) override {
        return exchange_over(stream_, buffer_, message);
    }
    // What a server sends of TLS itself comes with an answer; without one it says farewell.
    bool is_stale() noexcept override {
        return has_unread(stream_.next_layer()) || ClientTls::holds_unread(stream_.native_handle());
    }

private:
    TlsStream stream_;
    boost::beast::flat_buffer buffer_{max_head};
};

Task<tcp::resolver::results_type> addresses_of(const ClientRequest& request, const ClientMessage& message) {
    try {
        co_return co_await look_up(request.host(), request.port());
    } catch (const boost::system::system_error& error) {
        rethrow_cancellation(error.code());
        throw message.error(Kind::resolve, "the host can't be looked up: " + error.code().message());
    }
}

Task<std::unique_ptr<ClientConnection>> start_tls(ClientSocket socket, const std::string& host,
                                                  const ClientMessage& message, ClientTls& tls) {
    auto connection = std::make_unique<TlsConnection>(std::move(socket), tls);
    TlsStream& stream = connection->stream();
    tls.expect_host(stream.native_handle(), host);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_result);
    rethrow_cancellation(error);
    if (error) throw message.error(Kind::tls, tls.failure(stream.native_handle(), error));
    co_return connection;
}

Task<error_code> connect_socket(ClientSocket& socket, tcp::endpoint address) {
    const auto [error] = co_await socket.async_connect(address, as_result);
    rethrow_cancellation(error);
    co_return error;
}

// The last one's time is the caller's to end.
Task<ClientSocket> connect_to_one(const tcp::resolver::results_type& addresses, const ClientMessage& message,
                                  Clock::time_point end) {
    const LoopExecutor executor = co_await this_task::executor;
    error_code error;
    auto left = static_cast<std::int64_t>(addresses.size());
    for (const auto& address : addresses) {
        ClientSocket socket{executor.context().get_executor()};
        const auto share = (end - Clock::now()) / left;
        try {
            if (--left == 0) {
                error = co_await connect_socket(socket, address.endpoint());
            } else {
                error = co_await with_timeout(connect_socket(socket, address.endpoint()), share);
            }
            if (!error) co_return std::move(socket);
        } catch (const TimedOut&) {
            error = asio::error::timed_out;
        }
    }
    throw message.error(Kind::connect, "can't connect: " + error.message());
}

}  // namespace

Task<std::unique_ptr<ClientConnection>> connect_client(const ClientRequest& request,
                                                       const ClientMessage& message, ClientTls& tls,
                                                       std::chrono::steady_clock::time_point end) {
    const tcp::resolver::results_type addresses = co_await addresses_of(request, message);
    ClientSocket socket = co_await connect_to_one(addresses, message, end);
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    if (request.uses_tls()) co_return co_await start_tls(std::move(socket), request.host(), message, tls);
    co_return std::make_unique<PlainConnection>(std::move(socket));
}

}  // namespace patchbay::detail
