// What an HttpClient may be asked to send.
#include <patchbay/client_request.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

std::string refusal(std::string_view url, http::verb method = http::verb::get) {
    try {
        const ClientRequest request{method, url};
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

TEST_CASE("a URL of a client's request is taken apart") {
    const ClientRequest request{http::verb::get, "https://Api.Example.org:8443/a%20b?x=1&y=2#top"};
    CHECK(request.uses_tls());
    CHECK(request.host() == "api.example.org");
    CHECK(request.port() == 8443);
    CHECK(request.authority() == "api.example.org:8443");
    CHECK(request.origin() == "https://api.example.org:8443");
    CHECK(request.target() == "/a%20b?x=1&y=2");

    CHECK(ClientRequest{http::verb::get, "http://h"}.target() == "/");
    CHECK(ClientRequest{http::verb::get, "http://h?x"}.target() == "/?x");
    CHECK(ClientRequest{http::verb::get, "http://h:/"}.port() == 80);
    CHECK(ClientRequest{http::verb::get, "https://h:443/"}.origin() == "https://h");
    CHECK(ClientRequest{http::verb::get, "HTTP://[::1]:65535/"}.host() == "::1");
    CHECK(ClientRequest{http::verb::get, "HTTP://[::1]:65535/"}.authority() == "[::1]:65535");
}

TEST_CASE("parameters are added to a client's query, whatever is in them") {
    const auto with = [](const char* url) {
        return ClientRequest{http::verb::get, url}.query("a b", "x&y=\r\n").query("c", "").target();
    };
    CHECK(with("http://h/p#top") == "/p?a+b=x%26y%3D%0D%0A&c=");
    CHECK(with("http://h?z=1") == "/?z=1&a+b=x%26y%3D%0D%0A&c=");
}

constexpr auto malformed =
    "the URL is not complete, or holds what must be percent-encoded: http://host/path?query";

TEST_CASE("a URL that is none, or that mustn't be called, is refused") {
    for (const char* url : {"", "/relative", "h/x", "http://h/a b", "http://h/\r\nEvil: yes", "http://h\r\n/",
                            "http://h/\xff", "http://h/%0", "http://h\\evil/"}) {
        INFO(url);
        CHECK(refusal(url) == malformed);
    }
    CHECK(refusal({"http://h/\0x", 11}) == malformed);
    CHECK(refusal("file:///etc/passwd") == "the URL is neither http:// nor https://");
    CHECK(refusal("http:///path") == "the URL has no host");
    CHECK(refusal("http://localhost@example.com/") == "the URL has a user name or password");
    CHECK(refusal("http://:secret@example.com/") == "the URL has a user name or password");
    CHECK(refusal("http://localhost%00.example.com/") == "the URL's host is percent-encoded");
    CHECK(refusal("http://h:0/") == "the URL's port must be from 1 to 65535");
    for (const char* url : {"http://h:87296/", "http://h:99999/", "http://h:4294988856/"}) {
        INFO(url);
        CHECK(refusal(url) == "the URL's port must be from 1 to 65535");
    }
    CHECK(refusal("http://h:65536/") == "the URL's port must be from 1 to 65535");
    CHECK(refusal("http://h/%0d%0a") == "accepted");  // encoded, they end no line
    CHECK(refusal("http://h/", http::verb::connect) == "patchbay: an HttpClient sends no such method");
    CHECK(refusal("http://h/", http::verb::unknown) == "patchbay: an HttpClient sends no such method");
}

TEST_CASE("no header of a client's request can end its line, or frame the message") {
    ClientRequest request{http::verb::post, "http://h/"};
    for (const char* value : {"a\r\nEvil: yes", "a\nb", "a\rb", "\x7f"})
        CHECK_THROWS_AS(request.header("X-Name", value), std::invalid_argument);
    CHECK_THROWS_AS(request.header("X-Name", std::string_view("a\0b", 3)), std::invalid_argument);
    for (const char* name : {"", "X Name", "X:", "X\r\n"})
        CHECK_THROWS_AS(request.header(name, "x"), std::invalid_argument);
    for (const char* name :
         {"host", "Content-Length", "transfer-encoding", "Connection", "Upgrade", "Expect"})
        CHECK_THROWS_WITH(request.header(name, "1"), Catch::EndsWith("is written by the HttpClient"));
    CHECK_THROWS_AS(request.body("x", "text/plain\r\nEvil: yes"), std::invalid_argument);
    CHECK(request.headers().empty());
    CHECK(request.body().empty());

    request.header("X-Name", "a").header(http::field::accept, "text/html").body("hi", "text/plain");
    CHECK(request.find_header("x-name") == "a");
    CHECK(request.find_header("Accept") == "text/html");
    CHECK(request.find_header("Content-Type") == "text/plain");
    CHECK(request.body() == "hi");
    CHECK_THROWS_AS(request.timeout(0ns), std::invalid_argument);
}

TEST_CASE("a client's request has one Content-Type, the newest") {
    ClientRequest request{http::verb::post, "http://h/"};
    request.header("content-type", "text/css").header("X-Name", "a").body("hi", "text/plain").json({1});
    CHECK(request.headers() == std::vector<std::pair<std::string, std::string>>{
                                   {"X-Name", "a"}, {"Content-Type", "application/json"}});
    CHECK(request.body() == "[1]");
    CHECK(request.header(http::field::content_type, "application/ld+json").headers().size() == 2);
    CHECK(request.find_header("Content-Type") == "application/ld+json");
}

TEST_CASE("a client's TRACE has no body") {
    ClientRequest request{http::verb::trace, "http://h/"};
    CHECK_THROWS_WITH(request.body("", "text/plain"),
                      "patchbay: a TRACE request has no body (RFC 9110 §9.3.8)");
    CHECK(request.headers().empty());
}

}  // namespace
