#include "request_fixture.hpp"
#include "test_host.hpp"

#include <patchbay/cookie.hpp>
#include <patchbay/response.hpp>

#include <catch2/catch.hpp>

using namespace patchbay;
using test::RequestFixture;
using Pair = std::pair<std::string_view, std::string_view>;

TEST_CASE_METHOD(RequestFixture, "cookies are read in order, the first of a name counts") {
    header("Cookie", "theme=dark; id=abc==; theme=light; Theme=x");
    CHECK(request.cookie("theme") == "dark");
    CHECK(request.cookie("id") == "abc==");
    CHECK(request.cookie("Theme") == "x");
    CHECK_FALSE(request.cookie("THEME"));
    CHECK(request.cookies() ==
          std::vector<Pair>{{"theme", "dark"}, {"id", "abc=="}, {"theme", "light"}, {"Theme", "x"}});
}

TEST_CASE_METHOD(RequestFixture, "a request without cookies has none") {
    CHECK_FALSE(request.cookie("a"));
    CHECK(request.cookies().empty());
    header("Cookie", " ; ;; ");
    CHECK(request.cookies().empty());
    CHECK_FALSE(request.cookie(""));
}

TEST_CASE_METHOD(RequestFixture, "what browsers and proxies send is read, whatever the grammar says") {
    header("Cookie",
           ";a=1;b =  2 ; c=\"quoted, with comma\";empty=;nameless; =v;json={\"x\":1};ü=ö;open=\"x");
    header("X-Other", "z=1");
    header("Cookie", "late=1");
    CHECK(request.cookies() == std::vector<Pair>{{"a", "1"},
                                                 {"b", "2"},
                                                 {"c", "quoted, with comma"},
                                                 {"empty", ""},
                                                 {"", "nameless"},
                                                 {"", "v"},
                                                 {"json", "{\"x\":1}"},
                                                 {"ü", "ö"},
                                                 {"open", "\"x"},
                                                 {"late", "1"}});
    CHECK_FALSE(request.cookie("nameless"));
    CHECK_FALSE(request.cookie("z"));
}

TEST_CASE_METHOD(RequestFixture, "quotes don't hide a cookie in another's value") {
    header("Cookie", "a=\"x; session=stolen; b=y\"");
    CHECK(request.cookie("a") == "\"x");
    CHECK(request.cookie("session") == "stolen");
}

TEST_CASE_METHOD(RequestFixture, "looking for a cookie among many allocates nothing") {
    std::string line;
    for (int i = 0; i < 100'000; ++i) line += "k=v;";
    line += "last=1";
    header("Cookie", line);
    const std::size_t before = test::allocations();
    CHECK(request.cookie("last").has_value());
    CHECK(test::allocations() - before < 10);  // Catch's own
    CHECK(request.cookies().size() == 100'001);
}

TEST_CASE("a cookie is safe by default") {
    CHECK(to_string(Cookie{"id", "1"}) == "id=1; Path=/; Secure; HttpOnly; SameSite=Lax");
    CHECK(*Response{}.cookie({"id", "1"}).find_header("Set-Cookie") == to_string(Cookie{"id", "1"}));
}

TEST_CASE("every attribute of a cookie is written") {
    const std::chrono::system_clock::time_point expires{
        std::chrono::sys_days{std::chrono::year{2031} / 2 / 3} + 4h + 5min + 6s + 7ms};
    CHECK(to_string(Cookie{.name = "id",
                           .value = "x",
                           .max_age = 48h,
                           .expires = expires,
                           .domain = "example.com",
                           .path = "/shop",
                           .same_site = SameSite::none,
                           .http_only = false,
                           .partitioned = true}) ==
          "id=x; Path=/shop; Domain=example.com; Max-Age=172800; Expires=Mon, 03 Feb 2031 04:05:06 GMT; "
          "Secure; SameSite=None; Partitioned");
    CHECK(to_string(Cookie{.name = "id", .same_site = SameSite::strict, .secure = false}) ==
          "id=; Path=/; HttpOnly; SameSite=Strict");
}

TEST_CASE("dates before 1970 are dates") {
    const Cookie cookie{.name = "a",
                        .expires = std::chrono::sys_days{std::chrono::year{1969} / 12 / 31} + 1ms};
    CHECK_THAT(to_string(cookie), Catch::Contains("Expires=Wed, 31 Dec 1969 00:00:00 GMT"));
}

TEST_CASE("deleting a cookie keeps what names it") {
    const Cookie cookie{.name = "__Secure-id", .value = "x", .max_age = 1h, .domain = "a.de", .path = "/b"};
    const Response response = Response{}.cookie(cookie).delete_cookie(cookie);
    CHECK(
        response.header_lines().ends_with("\r\nSet-Cookie: __Secure-id=; Path=/b; Domain=a.de; Max-Age=0; "
                                          "Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                                          "Secure; HttpOnly; SameSite=Lax\r\n"));
}

namespace {

std::string refused(const Cookie& cookie) {
    try {
        const Response response = Response{}.cookie(cookie);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "taken";
}

const std::string line_breakers[] = {"a\rb", "a\nb", "a\r\nSet-Cookie: x=y", std::string{"a\0b", 3},
                                     "\x7f", "a\tb"};

}  // namespace

TEST_CASE("nothing in a cookie can end its line or begin another attribute") {
    for (const std::string& text : line_breakers) {
        CHECK(refused({text, ""}) != "taken");
        CHECK_THAT(refused({"a", text}), Catch::Contains("encode it"));
        CHECK_THAT(refused({.name = "a", .domain = text}), Catch::Contains("domain"));
        CHECK_THAT(refused({.name = "a", .path = "/" + text}), Catch::Contains("path"));
    }
    const auto value = GENERATE(as<std::string>{}, "a;Domain=x", "a b", "a,b", "\"a\"", "a\\b", "\xc3\xa4");
    CHECK_THAT(refused({"a", value}), Catch::Contains("encode it"));
    CHECK_THAT(refused({.name = "a", .domain = value}), Catch::Contains("domain"));
    CHECK_THAT(refused({.name = "a", .path = value}), Catch::Contains("path"));
    CHECK_THAT(refused({.name = "a", .path = "/x;HttpOnly"}), Catch::Contains("path"));
}

TEST_CASE("a cookie that browsers would drop is refused") {
    const auto name = GENERATE(as<std::string>{}, "", "a=b", "a b", "\"a\"", "\xc3\xa4");
    CHECK_THAT(refused({name, "x"}), Catch::Contains("no token"));
    CHECK(refused({"a", std::string(4095, 'x')}) == "taken");
    CHECK_THAT(refused({"a", std::string(4096, 'x')}), Catch::Contains("4096"));
    CHECK_THAT(refused({.name = "a", .same_site = SameSite::none, .secure = false}),
               Catch::Contains("SameSite=None"));
    CHECK_THAT(refused({.name = "a", .secure = false, .partitioned = true}), Catch::Contains("partitioned"));
}

TEST_CASE("names with a prefix keep its promise, in any case of letters") {
    CHECK(refused({"__Host-id", "1"}) == "taken");
    CHECK(refused({.name = "__Secure-id", .domain = "a.de", .path = "/x"}) == "taken");
    CHECK(refused({.name = "__Hostess", .path = "/x"}) == "taken");
    const auto host = GENERATE(as<std::string>{}, "__Host-id", "__host-id", "__HOST-");
    CHECK_THAT(refused({.name = host, .secure = false}), Catch::Contains("must be secure"));
    CHECK_THAT(refused({.name = host, .domain = "a.de"}), Catch::Contains("no domain"));
    CHECK_THAT(refused({.name = host, .path = "/x"}), Catch::Contains("no domain"));
    CHECK_THAT(refused({.name = "__secure-id", .secure = false}), Catch::Contains("must be secure"));
}
