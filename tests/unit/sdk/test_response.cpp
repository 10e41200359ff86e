#include <patchbay/problem.hpp>
#include <patchbay/response.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

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

TEST_CASE("a body is a string, a literal, a view, or whatever becomes one") {
    const std::string_view view = "view";
    const nlohmann::json member{{"text", "json"}};
    CHECK(Response::text(view).body() == "view");
    CHECK(Response::html(view.substr(1)).body() == "iew");
    CHECK(Response::json_text("{}").body() == "{}");
    CHECK(Response::bytes(view, "image/png").body() == "view");
    CHECK(Response::text(member.at("text")).body() == "json");
    CHECK(Response::text({}).body().empty());
    std::string moved(1000, 'x');
    const char* const bytes = moved.data();
    CHECK(Response::text(std::move(moved)).body().data() == bytes);
}

TEST_CASE("bytes that are no UTF-8 are replaced in JSON") {
    CHECK(Response::json({{"a", "\xff"}}).body() == "{\"a\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("JSON is written as its library writes it") {
    const char* const text = GENERATE(
        R"({"message":"Hello, World!"})", R"([])", R"({})", R"([[],{},[{"a":[1,-2,[null,true,false]]}]])",
        R"([0,-1,18446744073709551615,-9223372036854775808])", R"([0.5,-0.0,1.0,1e-7,0.0001,123456.789])",
        R"([1e+20,1.7976931348623157e+308,5e-324])", R"(["\"\\/","\b\t\n\f\r\u0001\u001f","é€😀","\u007f"])",
        R"({"b":1,"a":{"z":2,"\"":3},"":4})", R"("text")", R"(null)");
    const nlohmann::json value = nlohmann::json::parse(text);
    CHECK(Response::json(value).body() == value.dump());
}

TEST_CASE("listed members are written as they stand") {
    const nlohmann::json list{1, 2};
    const std::string text = "t";
    const float half = 0.5F;
    const unsigned char small = 7;
    CHECK(Response::json({{"z", "a\"b"},
                          {"y", text},
                          {std::string_view{"x"}, std::string_view{"v"}},
                          {std::string{"b"}, true},
                          {"n", nullptr},
                          {"i", -1},
                          {"u", 18446744073709551615u},
                          {"d", half},
                          {"c", small},
                          {"list", list}})
              .body() ==
          R"({"z":"a\"b","y":"t","x":"v","b":true,"n":null,"i":-1,"u":18446744073709551615,"d":0.5,"c":7,)"
          R"("list":[1,2]})");
    CHECK(Response::json({}).body() == "{}");
}

TEST_CASE("what is no list of members means what it means to nlohmann") {
    CHECK(Response::json({"a", "b"}).body() == R"(["a","b"])");
    CHECK(Response::json({{"a", {"x", 2}}}).body() == R"({"a":["x",2]})");
    CHECK(Response::json({{"a", {{"b", 1}}}}).body() == R"({"a":{"b":1}})");
    CHECK(Response::json({{1, 2}, {3, 4}}).body() == "[[1,2],[3,4]]");
    CHECK(Response::json({{{"a", "b"}, 5}}).body() == R"([[["a","b"],5]])");
    CHECK(Response::json({{"all", std::vector<int>{1, 2}}}).body() == R"({"all":[1,2]})");
    CHECK(Response::json({{"a", "b", "c"}}).body() == R"([["a","b","c"]])");
}

TEST_CASE("a number in JSON reads back the same, and what is no number is null") {
    std::mt19937_64 bits{7};
    for (int i = 0; i < 20'000; ++i) {
        const double number = std::bit_cast<double>(bits());
        const std::string text = Response::json(number).body();
        const nlohmann::json back = nlohmann::json::parse(text);
        INFO(text);
        if (!std::isfinite(number)) {
            REQUIRE(back.is_null());
        } else {
            REQUIRE(back.is_number_float());
            REQUIRE(std::bit_cast<std::uint64_t>(back.get<double>()) == std::bit_cast<std::uint64_t>(number));
        }
    }
    CHECK(Response::json(1e15).body() == "1e+15");
    CHECK(Response::json(999999999999999.0).body() == "999999999999999.0");
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

TEST_CASE("Vary is one line that names each field once") {
    Response response = Response{}.vary("Accept").header("X-Other", "1");
    response.vary("Accept-Language").vary("ACCEPT").vary("accept-language").vary("Cookie");
    CHECK(response.header_lines() == "Vary: Accept, Accept-Language, Cookie\r\nX-Other: 1\r\n");
    CHECK(*Response{}.header("vary", "a ,b").vary("B").vary("c").find_header("Vary") == "a ,b, c");
    CHECK(*Response{}.vary("*").vary("Accept").find_header("Vary") == "*");
    const auto name = GENERATE(as<std::string>{}, "", "a b", "a,b", "a\r\nX: y", "\xc3\xa4");
    CHECK_THROWS_AS(response.vary(name), std::invalid_argument);
}

TEST_CASE("Server-Timing is in milliseconds, to the microsecond") {
    const Response response = Response{}
                                  .server_timing("db", 12'345'678ns, "the \"notes\" \\ file")
                                  .server_timing("cache", 5us)
                                  .server_timing("all", 2s);
    CHECK(response.header_lines() ==
          "Server-Timing: db;dur=12.345;desc=\"the \\\"notes\\\" \\\\ file\"\r\n"
          "Server-Timing: cache;dur=0.005\r\nServer-Timing: all;dur=2000.000\r\n");
    CHECK_THROWS_AS(Response{}.server_timing("a b", 1ms), std::invalid_argument);
    CHECK_THROWS_AS(Response{}.server_timing("a", -1ns), std::invalid_argument);
    const auto text = GENERATE(as<std::string>{}, "a\r\nb", "a\nb", std::string{"a\0b", 3});
    CHECK_THROWS_AS(Response{}.server_timing("a", 1ms, text), std::invalid_argument);
}

TEST_CASE("a problem has members of the plugin's own") {
    HttpError error{http::status::payment_required, "Too little."};
    error.extension("balance", 30).extension("accounts", {"/a/1", "\xff"});
    const HttpError copy = error;
    CHECK(problem(copy).body() ==
          "{\"type\":\"about:blank\",\"title\":\"Payment Required\",\"status\":402,"
          "\"detail\":\"Too little.\",\"balance\":30,"
          "\"accounts\":[\"/a/1\",\"\xef\xbf\xbd\"]}");
    const auto taken = GENERATE("type", "title", "status", "detail", "instance", "error_id");
    CHECK_THROWS_AS(error.extension(taken, 1), std::invalid_argument);
}

TEST_CASE("a status that no handler may send is refused wherever it is given") {
    using http::status;
    const auto refused = GENERATE(status::continue_, status::switching_protocols, static_cast<status>(0),
                                  static_cast<status>(600), static_cast<status>(1000));
    CHECK_THROWS_AS(Response{refused}, std::invalid_argument);
    CHECK_THROWS_AS(Response{}.status(refused), std::invalid_argument);
    CHECK_THROWS_AS(HttpError{refused}, std::invalid_argument);
    CHECK_THROWS_AS(HttpError{status::ok}, std::invalid_argument);
}
