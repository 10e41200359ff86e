#include "http/response_writer.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;

namespace {

std::string written(const Response& response, const ResponseFraming& framing = {}) {
    DateCache date;
    std::string out;
    append_response(out, response, framing, date);
    const std::size_t from = out.find("Date: ");
    REQUIRE(from != std::string::npos);
    CHECK(out.compare(from + 6 + 25, 4, " GMT") == 0);
    return out.erase(from, 6 + 29 + 2);
}

}  // namespace

TEST_CASE("a response on the wire") {
    CHECK(written(Response::text("hello").header("X-A", "1")) ==
          "HTTP/1.1 200 OK\r\nServer: patchbay\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
          "5\r\n"
          "X-A: 1\r\n\r\nhello");
    CHECK(written(Response{http::status::not_found}) ==
          "HTTP/1.1 404 Not Found\r\nServer: patchbay\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("statuses without a body have no Content-Length and none is sent (RFC 9110 §8.6)") {
    const auto status = GENERATE(http::status::no_content, http::status::not_modified);
    const std::string out = written(Response::text("not sent").status(status));
    CHECK(out.find("Content-Length") == std::string::npos);
    CHECK(out.ends_with("\r\n\r\n"));
}

TEST_CASE("the answer to HEAD is that to GET without its body (RFC 9110 §9.3.2)") {
    const Response response = Response::text("hello");
    const std::string get = written(response);
    CHECK(written(response, {.head_only = true}) == get.substr(0, get.size() - 5));
}

TEST_CASE("persistence is said where it differs from the version's default") {
    CHECK(written(Response::text("x"), {.keep_alive = false}).find("\r\nConnection: close\r\n") !=
          std::string::npos);
    CHECK(written(Response::text("x"), {.http_1_0 = true}).find("\r\nConnection: keep-alive\r\n") !=
          std::string::npos);
    CHECK(written(Response::text("x")).find("Connection") == std::string::npos);
}
