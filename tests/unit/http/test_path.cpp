#include "http/path.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace patchbay;
using boost::beast::http::verb;

namespace {

std::string path_of(std::string_view target) {
    std::string scratch;
    const auto parsed = parse_target(verb::get, target, scratch);
    return parsed ? std::string{parsed->path} : "error: " + std::string{to_string(parsed.error())};
}

TargetError error_of(verb method, std::string_view target) {
    std::string scratch;
    const auto parsed = parse_target(method, target, scratch);
    INFO(target);
    REQUIRE(parsed.has_error());
    return parsed.error();
}

TargetError error_of(std::string_view target) { return error_of(verb::get, target); }

}  // namespace

TEST_CASE("origin-form: path and raw query (RFC 9112 3.2.1)") {
    std::string scratch;
    const std::string_view target = "/a/b?x=%20y&z=1/../?";
    const auto parsed = parse_target(verb::get, target, scratch);
    REQUIRE(parsed.has_value());
    CHECK(parsed->form == TargetForm::origin);
    CHECK(parsed->path == "/a/b");
    CHECK(parsed->query == "x=%20y&z=1/../?");
    CHECK(parsed->authority.empty());
}

TEST_CASE("a plain path is a view into the target and leaves the scratch alone") {
    std::string scratch;
    for (const std::string_view target :
         {"/", "/a/b.txt", "/.well-known/x", "/...", "/a..", "/v1.2/..c?q=%41"}) {
        const auto parsed = parse_target(verb::get, target, scratch);
        REQUIRE(parsed.has_value());
        CHECK(parsed->path.data() == target.data());
        CHECK(parsed->path == target.substr(0, target.find('?')));
        CHECK(scratch.capacity() == std::string{}.capacity());
    }
}

TEST_CASE("escapes are decoded once (RFC 3986 2.4)") {
    CHECK(path_of("/caf%C3%A9") == "/café");
    CHECK(path_of("/caf%c3%a9") == "/café");
    CHECK(path_of("/%41%7a") == "/Az");
    CHECK(path_of("/a%20b") == "/a b");
    CHECK(path_of("/a+b") == "/a+b");
    CHECK(path_of("/%2541") == "/%41");
    CHECK(path_of("/a%3Fb%23c") == "/a?b#c");
    CHECK(path_of("/%7Bid%7D") == "/{id}");
    CHECK(path_of("/café") == "/café");
}

TEST_CASE("an escaped slash is text, not a separator (RFC 3986 2.2)") {
    CHECK(path_of("/a%2Fb") == "/a%2Fb");
    CHECK(path_of("/a%2fb") == "/a%2Fb");
    CHECK(path_of("/a/..%2F..%2Fetc") == "/a/..%2F..%2Fetc");
    CHECK(path_of("/a%252Fb") == "/a%2Fb");
}

TEST_CASE("broken escapes are refused (RFC 3986 2.1)") {
    for (const auto* target : {"/%", "/%4", "/%4g", "/%g4", "/a%/b", "/%%41", "/% 1", "/%+1"}) {
        const auto error = error_of(target);
        const bool fits = error == TargetError::bad_escape || error == TargetError::control_character;
        CHECK(fits);
    }
    CHECK(error_of("/%") == TargetError::bad_escape);
    CHECK(error_of("/%4") == TargetError::bad_escape);
    CHECK(error_of("/%4?1") == TargetError::bad_escape);
    CHECK(error_of("/%zz") == TargetError::bad_escape);
}

TEST_CASE("control characters and spaces are refused (RFC 3986 2, RFC 9112 3)") {
    for (int byte = 0; byte <= 0x7F; ++byte) {
        const bool control = byte < 0x20 || byte == 0x7F;
        const char* digits = "0123456789abcdef";
        const std::string escaped = std::string{"/x%"} + digits[byte / 16] + digits[byte % 16];
        if (control) CHECK(error_of(escaped) == TargetError::control_character);
        if (!control) CHECK(path_of(escaped).starts_with("/x"));
        if (control || byte == ' ') {
            CHECK(error_of("/x" + std::string(1, static_cast<char>(byte))) == TargetError::control_character);
            CHECK(error_of("/x?" + std::string(1, static_cast<char>(byte))) ==
                  TargetError::control_character);
        }
    }
    CHECK(error_of("/%00") == TargetError::control_character);
}

TEST_CASE("the decoded path is UTF-8 (RFC 3629 3)") {
    CHECK(path_of("/%E2%82%AC") == "/€");
    CHECK(path_of("/%F0%9F%98%80") == "/😀");
    CHECK(path_of("/%F4%8F%BF%BF") == "/\xF4\x8F\xBF\xBF");
    for (const auto* target : {"/%80", "/%C3", "/%C3/%A9", "/%C0%AF", "/%C1%81", "/%E0%80%AF", "/%E0%9F%BF",
                               "/%ED%A0%80", "/%F0%80%80%AF", "/%F4%90%80%80", "/%F5%80%80%80", "/%FF",
                               "/\xFF", "/%E2%82", "/%E2%28%A1", "/%F0%9F%98"}) {
        CHECK(error_of(target) == TargetError::bad_utf8);
    }
}

TEST_CASE("dot segments are removed, escaped or not (RFC 3986 5.2.4, 6.2.2.3)") {
    CHECK(path_of("/a/b/c/./../../g") == "/a/g");
    CHECK(path_of("/./a") == "/a");
    CHECK(path_of("/a/.") == "/a/");
    CHECK(path_of("/a/..") == "/");
    CHECK(path_of("/a/../") == "/");
    CHECK(path_of("/a/b/..") == "/a/");
    CHECK(path_of("/a/./b/../c?..") == "/a/c");
    CHECK(path_of("/.") == "/");
    CHECK(path_of("/a/%2e%2E/b") == "/b");
    CHECK(path_of("/a/.%2e/b%20") == "/b ");
    CHECK(path_of("/a/%2e") == "/a/");
    CHECK(path_of("/a/...") == "/a/...");
    CHECK(path_of("/a/.%2e.") == "/a/...");
    CHECK(path_of("/a/.b/..c") == "/a/.b/..c");
    CHECK(path_of("/a/../b/../c") == "/c");
    CHECK(path_of("/a/..?x") == "/");
}

TEST_CASE("a path that goes above the root is refused") {
    for (const auto* target : {"/..", "/../a", "/a/../..", "/a/../../b", "/%2e%2e/a", "/./..", "/.%2E",
                               "http://h/..", "/a/b/../../../a/b"}) {
        CHECK(error_of(target) == TargetError::above_root);
    }
}

TEST_CASE("empty segments are kept, and count for '..' (RFC 3986 3.3, 5.2.4)") {
    CHECK(path_of("//") == "//");
    CHECK(path_of("//host/a") == "//host/a");
    CHECK(path_of("/a//b") == "/a//b");
    CHECK(path_of("/a//../b") == "/a/b");
    CHECK(path_of("//..") == "/");
    CHECK(path_of("/a/..//b") == "//b");
}

TEST_CASE("a fragment is refused (RFC 9112 3.2)") {
    for (const auto* target :
         {"/#", "/a#b", "/a?b#c", "http://h#x", "http://h/#x", "http://h?#x", "/a/..#b"}) {
        CHECK(error_of(target) == TargetError::fragment);
    }
}

TEST_CASE("absolute-form gives the authority too (RFC 9112 3.2.2)") {
    std::string scratch;
    const auto parsed = parse_target(verb::get, "HTTP://Example.com:8080/a%20b?q", scratch);
    REQUIRE(parsed.has_value());
    CHECK(parsed->form == TargetForm::absolute);
    CHECK(parsed->authority == "Example.com:8080");
    CHECK(parsed->path == "/a b");
    CHECK(parsed->query == "q");

    CHECK(path_of("https://h") == "/");
    CHECK(path_of("http://[::1]:80/x") == "/x");
    const auto query_only = parse_target(verb::get, "http://h?q", scratch);
    REQUIRE(query_only.has_value());
    CHECK(query_only->path == "/");
    CHECK(query_only->query == "q");
}

TEST_CASE("authorities that are not host[:port] are refused (RFC 9110 4.2.1, 4.2.4)") {
    for (const auto* target : {"http://", "http:///a", "http://:80/", "http://user@h/", "http://u:p@h/",
                               "http://h:a/", "http://h:1:2/", "http://[::1/", "http://[]/", "http://[::1]x/",
                               "http://h h/", "http://a\\b/", "http://h:123456/"}) {
        CHECK(error_of(target) == TargetError::bad_authority);
    }
    CHECK(path_of("http://h:/") == "/");  // an empty port is the default one (RFC 3986 3.2.3)
}

TEST_CASE("authority-form belongs to CONNECT and needs a port (RFC 9112 3.2.3)") {
    std::string scratch;
    const auto parsed = parse_target(verb::connect, "example.com:443", scratch);
    REQUIRE(parsed.has_value());
    CHECK(parsed->form == TargetForm::authority);
    CHECK(parsed->authority == "example.com:443");
    CHECK(parsed->path.empty());
    for (const auto* target : {"example.com", "example.com:", "/", "*", "http://h/", ""}) {
        CHECK(error_of(verb::connect, target) == TargetError::bad_authority);
    }
    CHECK(error_of(verb::get, "example.com:443") == TargetError::bad_form);
}

TEST_CASE("asterisk-form belongs to OPTIONS (RFC 9112 3.2.4)") {
    std::string scratch;
    const auto parsed = parse_target(verb::options, "*", scratch);
    REQUIRE(parsed.has_value());
    CHECK(parsed->form == TargetForm::asterisk);
    CHECK(parsed->path == "*");
    CHECK(error_of(verb::get, "*") == TargetError::bad_form);
    CHECK(error_of(verb::options, "*?a") == TargetError::bad_form);
}

TEST_CASE("anything else has no form") {
    for (const auto* target :
         {"", "a", "a/b", "?q", "ftp://h/", "http:/a", "http:a", "https:/", "\\a", "%2Fa"}) {
        CHECK(error_of(target) == TargetError::bad_form);
    }
}

TEST_CASE("the scratch may be used again") {
    std::string scratch = "left from before";
    const auto first = parse_target(verb::get, "/a%20b", scratch);
    REQUIRE(first.has_value());
    CHECK(first->path == "/a b");
    const auto second = parse_target(verb::get, "/c/../d", scratch);
    REQUIRE(second.has_value());
    CHECK(second->path == "/d");
    CHECK(second->path.data() == scratch.data());
}
