#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

Config load_routes(std::string_view yaml) { return parse_config(yaml, "patchbay.yaml", {}); }

}  // namespace

TEST_CASE("a route needs only its handler", "[config]") {
    const auto config = load_routes("routes:\n  - handler: greeter.hello\n");
    REQUIRE(config.routes.size() == 1);
    CHECK(config.routes[0] == RouteConfig{.path = {},
                                          .methods = {},
                                          .handler = "greeter.hello",
                                          .static_directory = {},
                                          .enabled = true,
                                          .timeout = {},
                                          .max_body = {},
                                          .position = {}});
}

TEST_CASE("a route may say everything, and keeps its place", "[config]") {
    const auto config = load_routes(
        "routes:\n"
        "  - path: /hi/{name}\n"
        "    methods: [GET, \"POST\", M-SEARCH]\n"
        "    handler: greeter.hello\n"
        "    enabled: false\n"
        "    timeout: 2s\n"
        "    max_body: 64KiB\n"
        "  - {handler: greeter.hello}\n");
    REQUIRE(config.routes.size() == 2);
    const auto& route = config.routes[0];
    CHECK(route.path == "/hi/{name}");
    CHECK(route.methods == std::vector<std::string>{"GET", "POST", "M-SEARCH"});
    CHECK(route.handler == "greeter.hello");
    CHECK_FALSE(route.enabled);
    CHECK(route.timeout == 2s);
    CHECK(route.max_body == 65'536U);
    CHECK(to_string(route.position) == "patchbay.yaml:2:5");
    CHECK(to_string(config.routes[1].position) == "patchbay.yaml:8:5");
}

TEST_CASE("a directory of files stands in place of a handler, relative to the file", "[config]") {
    const auto config = parse_config("routes:\n  - {path: /assets/, static: ./www, timeout: 2s}\n",
                                     "/etc/patchbay/patchbay.yaml", {});
    REQUIRE(config.routes.size() == 1);
    CHECK(config.routes[0].static_directory == "/etc/patchbay/www");
    CHECK(config.routes[0].handler.empty());
    CHECK(config.routes[0].timeout == 2s);
}

TEST_CASE("the same handler may be served at several paths or with several methods", "[config]") {
    CHECK(load_routes("routes:\n"
                      "  - {handler: a.b, path: /x}\n"
                      "  - {handler: a.b, path: /y}\n"
                      "  - {handler: a.b, path: /x, methods: [GET]}\n"
                      "  - {handler: a.c, path: /x}\n")
              .routes.size() == 4);
}

TEST_CASE("a route with its methods in another order is the same route", "[config]") {
    CHECK_THROWS_WITH(
        load_routes("routes:\n"
                    "  - {handler: a.b, methods: [GET, PUT]}\n"
                    "  - {handler: a.b, methods: [PUT, GET]}\n"),
        "patchbay.yaml:3:5: routes[1]: the same handler, path and methods as routes[0] on line 2");
}

TEST_CASE("no routes may be written in three ways", "[config]") {
    CHECK(load_routes("routes:\n") == Config{});
    CHECK(load_routes("routes: []\n") == Config{});
    CHECK(load_routes("") == Config{});
}

TEST_CASE("routes of groups have what their groups say, and then their own", "[config]") {
    const auto config = load_routes(
        "filters: {a: {request_id: {}}, b: {request_id: {}}, c: {request_id: {}}}\n"
        "groups:\n"
        "  - prefix: /api\n"
        "    host: \"*.example.org\"\n"
        "    filters: [a]\n"
        "    timeout: 2s\n"
        "    max_body: 1KiB\n"
        "    groups:\n"
        "      - {prefix: '/{n}', filters: [b], timeout: 3s, routes: [{handler: x.y, filters: [c]}]}\n"
        "    routes:\n"
        "      - {handler: x.z, path: /z, timeout: 1s}\n"
        "routes: [{handler: x.y, path: /y}]\n");
    REQUIRE(config.routes.size() == 3);
    CHECK(config.routes[0].path == "/y");
    CHECK(config.routes[0].host.empty());
    const auto& inner = config.routes[1];
    CHECK(!inner.path);
    CHECK(inner.prefix == "/api/{n}");
    CHECK(inner.host == "*.example.org");
    CHECK(inner.filters == std::vector<FilterReference>{{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}});
    CHECK(inner.timeout == 3s);
    CHECK(inner.max_body == 1024);
    CHECK(config.routes[2].path == "/api/z");
    CHECK(config.routes[2].timeout == 1s);
    CHECK(config.routes[2].filters.size() == 1);
}
