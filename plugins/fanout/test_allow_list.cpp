#include "allow_list.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace fanout;

namespace {

TEST_CASE("only the hosts on the list are allowed, under any port unless it says otherwise") {
    const AllowList list{{"LOCALHOST", "127.0.0.2:8080", "127.0.0.2:8081", "[::1]:80"}};
    CHECK(list.allows("localhost", 80));
    CHECK(list.allows("localhost", 22));
    CHECK(list.allows("127.0.0.2", 8080));
    CHECK(list.allows("127.0.0.2", 8081));
    CHECK(list.allows("::1", 80));

    CHECK_FALSE(list.allows("127.0.0.2", 80));
    CHECK_FALSE(list.allows("::1", 81));
    CHECK_FALSE(list.allows("127.0.0.1", 80));
    CHECK_FALSE(list.allows("localhost.example.com", 80));
    CHECK_FALSE(list.allows("localhost.", 80));
    CHECK_FALSE(list.allows("2130706434", 8080));  // 127.0.0.2, as some resolvers read it
    CHECK_FALSE(list.allows("::ffff:127.0.0.2", 8080));
}

TEST_CASE("a host without a port allows every port, wherever it stands in the list") {
    CHECK(AllowList{{"127.0.0.1:80", "127.0.0.1"}}.allows("127.0.0.1", 8080));
    CHECK(AllowList{{"127.0.0.1", "127.0.0.1:80"}}.allows("127.0.0.1", 8080));
    CHECK_FALSE(AllowList{{}}.allows("127.0.0.1", 8080));
}

TEST_CASE("an entry that is no host is named") {
    for (const char* bad : {"", "http://localhost", "local host", "me@localhost", "localhost:0",
                            "localhost:65536", ":80", "localhost/notes", "localhost#x"}) {
        INFO(bad);
        CHECK_THROWS_WITH(AllowList{std::vector<std::string>{bad}},
                          "'" + std::string{bad} + "' is no host and no host:port");
    }
}

}  // namespace
