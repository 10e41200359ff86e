#include "config/suggest.hpp"

#include <catch2/catch.hpp>

using patchbay::detail::nearest_name;

TEST_CASE("slips of the hand find the name that was meant", "[config]") {
    CHECK(nearest_name("lisen", {"listen", "limits"}) == "listen");
    CHECK(nearest_name("lsiten", {"listen", "limits"}) == "listen");
    CHECK(nearest_name("LISTEN", {"listen", "limits"}) == "listen");
    CHECK(nearest_name("time_outs", {"timeouts", "routes"}) == "timeouts");
    CHECK(nearest_name("dirctory", {"directory", "watch"}) == "directory");
    CHECK(nearest_name("warn", {"debug", "warning"}) == "warning");
    CHECK(nearest_name("Conn", {"body", "connections"}) == "connections");
    CHECK(nearest_name("wa", {"warning"}).empty());
}

TEST_CASE("what is far from every name finds none", "[config]") {
    CHECK(nearest_name("database", {"listen", "limits"}).empty());
    CHECK(nearest_name("x", {"listen"}).empty());
    CHECK(nearest_name("", {"listen"}).empty());
    CHECK(nearest_name("listen", {}).empty());
    CHECK(nearest_name(std::string(100'000, 'l'), {"listen"}).empty());
}
