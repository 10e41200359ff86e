#include "target.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace fanout;

namespace {

std::string refusal(std::string_view url) {
    try {
        Target::parse(url);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

bool allows(const AllowList& list, std::string_view url) {
    return !list.endpoints(Target::parse(url)).empty();
}

TEST_CASE("a URL is taken apart") {
    const Target target = Target::parse("http://LocalHost:8080/a%20b?x=1&y=2#top");
    CHECK(target.host == "localhost");
    CHECK(target.port == 8080);
    CHECK(target.authority == "LocalHost:8080");
    CHECK(target.path == "/a%20b?x=1&y=2");

    CHECK(Target::parse("http://h").path == "/");
    CHECK(Target::parse("http://h").port == 80);
    CHECK(Target::parse("http://h:/?x").path == "/?x");
    CHECK(Target::parse("http://h:/?x").port == 80);
    CHECK(Target::parse("HTTP://[::1]:65535/").host == "::1");
    CHECK(Target::parse("HTTP://[::1]:65535/").port == 65535);
}

TEST_CASE("what can't or mustn't be called is refused") {
    CHECK(refusal("") == "it is no complete URL");
    CHECK(refusal("/relative") == "it is no complete URL");
    CHECK(refusal("http://h/a b") == "it is no complete URL");
    CHECK(refusal("http://h/\r\nEvil: yes") == "it is no complete URL");
    CHECK(refusal("http://h/\xff") == "it is no complete URL");
    CHECK(refusal("https://h/") == "only http:// URLs are called");
    CHECK(refusal("file:///etc/passwd") == "only http:// URLs are called");
    CHECK(refusal("http:///path") == "it has no host");
    CHECK(refusal("http://localhost@example.com/") == "it has a user name or password");
    CHECK(refusal("http://h:0/") == "its port must be from 1 to 65535");
    CHECK(refusal("http://h:65536/") == "its port must be from 1 to 65535");
    CHECK(refusal("http://h/") == "accepted");
}

TEST_CASE("only the hosts on the list are allowed, under any port unless it says otherwise") {
    AllowList list{{"LOCALHOST", "127.0.0.2:8080", "127.0.0.2:8081", "[::1]:80"}};
    list.resolve();
    CHECK(allows(list, "http://localhost/"));
    CHECK(allows(list, "http://localhost:22/"));
    CHECK(allows(list, "http://%6cocalhost/"));
    CHECK(allows(list, "http://127.0.0.2:8080/"));
    CHECK(allows(list, "http://127.0.0.2:8081/"));
    CHECK(allows(list, "http://[::1]/"));

    CHECK_FALSE(allows(list, "http://127.0.0.2/"));
    CHECK_FALSE(allows(list, "http://127.0.0.2:8082/"));
    CHECK_FALSE(allows(list, "http://[::1]:81/"));
    CHECK_FALSE(allows(list, "http://127.0.0.1/"));
    CHECK_FALSE(allows(list, "http://localhost.example.com/"));
    CHECK_FALSE(allows(list, "http://localhost%00.example.com/"));
    CHECK_FALSE(allows(list, "http://localhost./"));
    CHECK_FALSE(allows(list, "http://2130706434:8080/"));  // 127.0.0.2, as some resolvers read it
    CHECK_FALSE(allows(list, "http://[::ffff:127.0.0.2]:8080/"));
}

TEST_CASE("a host without a port allows every port, wherever it stands in the list") {
    AllowList after{{"127.0.0.1:80", "127.0.0.1"}};
    AllowList before{{"127.0.0.1", "127.0.0.1:80"}};
    after.resolve();
    before.resolve();
    CHECK(allows(after, "http://127.0.0.1:8080/"));
    CHECK(allows(before, "http://127.0.0.1:8080/"));
    AllowList none{{}};
    none.resolve();
    CHECK_FALSE(allows(none, "http://127.0.0.1/"));
}

TEST_CASE("an address is connected to under the target's port") {
    AllowList list{{"127.0.0.1"}};
    CHECK(list.endpoints(Target::parse("http://127.0.0.1:99/")).empty());  // before resolve()
    list.resolve();
    const Endpoints endpoints = list.endpoints(Target::parse("http://127.0.0.1:99/"));
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints[0] == asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 99});
}

TEST_CASE("an entry that is no host is named") {
    for (const char* bad :
         {"", "http://localhost", "local host", "me@localhost", "localhost:0", "localhost:65536", ":80"}) {
        INFO(bad);
        CHECK_THROWS_WITH(AllowList{std::vector<std::string>{bad}},
                          "'" + std::string{bad} + "' is no host and no host:port");
    }
    AllowList unknown{{"no-such-host.invalid"}};
    CHECK_THROWS_WITH(unknown.resolve(),
                      Catch::StartsWith("host 'no-such-host.invalid' cannot be resolved: "));
}

}  // namespace
