#include "http_get.hpp"

#include <boost/asio/connect.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace fanout {

using patchbay::use_task;
namespace http = patchbay::http;

patchbay::Task<Fetched> http_get(const Target& target, Endpoints endpoints, std::size_t max_body) {
    // A local: the socket, and with it the plugin's executor, is gone when the call has ended.
    asio::ip::tcp::socket socket{co_await patchbay::this_task::executor};
    co_await asio::async_connect(socket, endpoints, use_task);

    http::request<http::empty_body> request{http::verb::get, target.path, 11};
    request.set(http::field::host, target.authority);
    request.set(http::field::user_agent, "patchbay-fanout");
    request.set(http::field::connection, "close");
    co_await http::async_write(socket, request, use_task);

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> response;
    response.body_limit(max_body);
    co_await http::async_read(socket, buffer, response, use_task);

    Fetched fetched;
    fetched.status = response.get().result_int();
    fetched.bytes = response.get().body().size();
    co_return fetched;
}

}  // namespace fanout
