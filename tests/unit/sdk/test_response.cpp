#include <patchbay/problem.hpp>
#include <patchbay/response.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <array>

using namespace patchbay;

TEST_CASE("every factory says its content type and owns its body") {
    CHECK(Response::text("a").content_type() == "text/plain; charset=utf-8");
    CHECK(Response::html("a").content_type() == "text/html; charset=utf-8");
    CHECK(Response::json_text("1").content_type() == "application/json");
    CHECK(Response::bytes(std::string{"a\0b", 3}).content_type() == "application/octet-stream");
    CHECK(Response::bytes("a", "image/png").content_type() == "image/png");
    CHECK(Response{}.content_type().empty());
    const std::array bytes{std::byte{65}, std::byte{0}};
    CHECK(Response::bytes(std::span<const std::byte>{bytes}).body() == std::string("A\0", 2));
}

TEST_CASE("bytes that are no UTF-8 are replaced in JSON") {
    CHECK(Response::json({{"a", "\xff"}}).body() == "{\"a\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("a header value can't end its line") {
    const auto value = GENERATE(as<std::string>{}, "a\rb", "a\nb", "a\r\nSet-Cookie: x",
                                std::string{"a\0b", 3}, "\x7f", "\x01");
    Response response;
    CHECK_THROWS_AS(response.header("X-Name", value), std::invalid_argument);
    CHECK_THROWS_AS(Response::redirect(value), std::invalid_argument);
    CHECK_THROWS_AS(Response::bytes("", value), std::invalid_argument);
    CHECK_THROWS_AS(HttpError{http::status::not_found}.header("X-Name", value), std::invalid_argument);
    CHECK(response.header_lines().empty());
}

TEST_CASE("a tab and bytes beyond ASCII may stand in a header value") {
    CHECK(*Response{}.header("X-Name", "a\tb\xc3\xa4").find_header("x-name") == "a\tb\xc3\xa4");
}

TEST_CASE("a header name is a token") {
    const auto name = GENERATE(as<std::string>{}, "", "a b", "a:", "a\r\n", "\xc3\xa4", "a(b)");
    CHECK_THROWS_AS(Response{}.header(name, "value"), std::invalid_argument);
}

TEST_CASE("the headers that frame a message are the host's") {
    const auto name = GENERATE(as<std::string>{}, "Content-Length", "content-length", "Transfer-Encoding",
                               "Connection", "Keep-Alive", "Date", "Server");
    CHECK_THROWS_AS(Response{}.header(name, "1"), std::invalid_argument);
    CHECK_THROWS_AS(Response{}.header(http::string_to_field(name), "1"), std::invalid_argument);
}

TEST_CASE("a content type replaces the one before; other headers repeat") {
    Response response =
        Response::text("a").header("content-type", "text/csv").header(http::field::set_cookie, "a=1");
    response.header("Set-Cookie", "b=2").header("Content-Type", "text/x");
    CHECK(response.content_type() == "text/x");
    CHECK(response.factory_content_type().empty());
    CHECK(response.header_lines() == "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Type: text/x\r\n");
    CHECK(*response.find_header("SET-COOKIE") == "a=1");
    CHECK_FALSE(response.find_header("X-Missing"));
}

TEST_CASE("a status is final: between 200 and 599") {
    CHECK(Response{}.status() == http::status::ok);
    CHECK(Response{}.status(http::status::created).status() == http::status::created);
    CHECK_THROWS_AS(Response{}.status(http::status::switching_protocols), std::invalid_argument);
    CHECK_THROWS_AS(Response{}.status(static_cast<http::status>(600)), std::invalid_argument);
}

TEST_CASE("a redirect has a location and a redirecting status") {
    const Response response = Response::redirect("/new", http::status::see_other);
    CHECK(response.status() == http::status::see_other);
    CHECK(*response.find_header("Location") == "/new");
    CHECK_THROWS_AS(Response::redirect("/new", http::status::ok), std::invalid_argument);
    CHECK_THROWS_AS(Response::redirect("/new", http::status::not_modified), std::invalid_argument);
}

TEST_CASE("an HttpError is its status, public text and headers") {
    HttpError error{http::status::too_many_requests, "Slow down."};
    error.header("Retry-After", "5");
    CHECK(error.what() == std::string{"Slow down."});
    CHECK(HttpError{http::status::not_found}.what() == std::string{"Not Found"});
    const Response response = problem(error);
    CHECK(response.status() == http::status::too_many_requests);
    CHECK(*response.find_header("Retry-After") == "5");
    CHECK(response.content_type() == "application/problem+json");
    CHECK(nlohmann::json::parse(response.body()) == nlohmann::json{{"type", "about:blank"},
                                                                   {"title", "Too Many Requests"},
                                                                   {"status", 429},
                                                                   {"detail", "Slow down."}});
}

TEST_CASE("a problem leaves out what it doesn't know") {
    CHECK(problem(http::status::not_found).body() ==
          R"({"type":"about:blank","title":"Not Found","status":404})");
    const auto body =
        nlohmann::json::parse(problem(http::status::internal_server_error, "Sorry.", "0123").body());
    CHECK(body.at("error_id") == "0123");
    CHECK(body.at("detail") == "Sorry.");
}
