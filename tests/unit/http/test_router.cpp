#include "http/router.hpp"
#include "http/router_builder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay;
using boost::beast::http::verb;

namespace {

// Endpoints are the numbers of the routes in the order given.
Router make_router(const std::vector<std::string>& routes) {
    RouterBuilder builder;
    std::uint32_t endpoint = 0;
    for (const std::string& text : routes) {
        auto spec = parse_route(text).value();
        builder.add(spec.methods, std::move(spec.pattern), endpoint++, "test");
    }
    auto router = builder.build();
    REQUIRE(router.has_value());
    return *std::move(router);
}

// "#2 name=value", "404" or "405 GET, HEAD".
std::string ask(const Router& router, verb method, std::string_view path) {
    PathParams params;
    params.add("left", "over");
    const RouteMatch match = router.match(method, path, params);
    std::string text;
    switch (match.status) {
        case RouteStatus::found:
            text = "#" + std::to_string(match.endpoint);
            break;
        case RouteStatus::not_found:
            text = "404";
            break;
        case RouteStatus::method_not_allowed:
            text = "405 " + match.allowed.to_string();
            break;
    }
    for (const auto& [name, value] : params) text += " " + std::string{name} + "=" + std::string{value};
    return text;
}

std::string get(const Router& router, std::string_view path) { return ask(router, verb::get, path); }

std::vector<std::string> clashes(std::initializer_list<std::pair<const char*, const char*>> routes) {
    RouterBuilder builder;
    for (const auto& [text, owner] : routes) {
        auto spec = parse_route(text).value();
        builder.add(spec.methods, std::move(spec.pattern), 0, owner);
    }
    const auto router = builder.build();
    return router ? std::vector<std::string>{} : router.error().sentences;
}

}  // namespace

TEST_CASE("a router without routes finds nothing") {
    CHECK(get(Router{}, "/") == "404");
    CHECK(get(make_router({}), "/") == "404");
}

TEST_CASE("the most specific route wins, segment by segment, in any order of adding") {
    const std::string uuid = "123e4567-e89b-12d3-a456-426614174000";
    std::vector<std::string> routes{"/x/{v:path}", "/x/{v}", "/x/{v:uuid}", "/x/{v:int}", "/x/1"};
    for (int turn = 0; turn < 2; ++turn) {
        const Router router = make_router(routes);
        const auto number = [turn](int n) { return "#" + std::to_string(turn == 0 ? n : 4 - n); };
        CHECK(get(router, "/x/1") == number(4));
        CHECK(get(router, "/x/2") == number(3) + " v=2");
        CHECK(get(router, "/x/" + uuid) == number(2) + " v=" + uuid);
        CHECK(get(router, "/x/y") == number(1) + " v=y");
        CHECK(get(router, "/x/y/z") == number(0) + " v=y/z");
        CHECK(get(router, "/x/") == "404");
        CHECK(get(router, "/x") == "404");
        std::reverse(routes.begin(), routes.end());
    }
    const Router leftmost = make_router({"/{a}/b", "/a/{b}"});
    CHECK(get(leftmost, "/a/b") == "#1 b=b");
}

TEST_CASE("a dead end goes back to the less specific") {
    const Router router = make_router({"/a/{x}/c", "/a/b/d", "/{p:path}", "/{u:int}/{v}/e", "/a/{r:path}"});
    CHECK(get(router, "/a/b/d") == "#1");
    CHECK(get(router, "/a/b/c") == "#0 x=b");
    CHECK(get(router, "/a/b/e") == "#4 r=b/e");
    CHECK(get(router, "/5/b/e") == "#3 u=5 v=b");
    CHECK(get(router, "/5/b/f") == "#2 p=5/b/f");
    CHECK(get(router, "/a") == "#2 p=a");
    CHECK(get(router, "/") == "404");
}

TEST_CASE("a trailing slash makes another path") {
    const Router router = make_router({"/a", "/b/", "/c/{x}/"});
    CHECK(get(router, "/a") == "#0");
    CHECK(get(router, "/a/") == "404");
    CHECK(get(router, "/b/") == "#1");
    CHECK(get(router, "/b") == "404");
    CHECK(get(router, "/c/1/") == "#2 x=1");
    CHECK(get(router, "/c//") == "404");
}

TEST_CASE("what does not begin with a slash is not found") {
    const Router router = make_router({"/", "/{p:path}"});
    CHECK(get(router, "") == "404");
    CHECK(get(router, "*") == "404");
    CHECK(get(router, "example.com:80") == "404");
}

TEST_CASE("names come from the route that is found") {
    const Router router = make_router({"GET /u/{id}", "POST /u/{user}", "GET /u/{name}/x"});
    CHECK(ask(router, verb::get, "/u/7") == "#0 id=7");
    CHECK(ask(router, verb::post, "/u/7") == "#1 user=7");
    CHECK(ask(router, verb::get, "/u/7/x") == "#2 name=7");
}

TEST_CASE("values are views into the path") {
    const Router router = make_router({"/u/{id}"});
    const std::string path = "/u/a-rather-long-value-that-is-stored-nowhere-else";
    PathParams params;
    REQUIRE(router.match(verb::get, path, params).status == RouteStatus::found);
    CHECK(params.find("id").value_or("").data() == path.data() + 3);
}

TEST_CASE("405 names the methods of every pattern that matches (RFC 9110 15.5.6)") {
    const Router router =
        make_router({"GET /u/me", "PUT /u/{id}", "DELETE /u/{id:int}", "PATCH /{p:path}", "/any"});
    CHECK(ask(router, verb::post, "/u/me") == "405 GET, HEAD, PUT, PATCH");
    CHECK(ask(router, verb::post, "/u/5") == "405 DELETE, PUT, PATCH");
    CHECK(ask(router, verb::options, "/other") == "405 PATCH");
    CHECK(ask(router, verb::put, "/u/me") == "#1 id=me");
    CHECK(ask(router, verb::get, "/any") == "#4");
    CHECK(ask(router, verb::unlink, "/any") == "#4");
    CHECK(ask(router, verb::unknown, "/u/me") == "405 GET, HEAD, PUT, PATCH");
    CHECK(ask(router, verb::post, "/") == "404");
}

TEST_CASE("HEAD is taken by a route for GET unless one for HEAD has its shape (RFC 9110 9.3.2)") {
    const Router router =
        make_router({"GET /a", "HEAD /a", "GET /b", "POST /c", "HEAD /{x}", "GET /{x}/{y}"});
    CHECK(ask(router, verb::head, "/a") == "#1");
    CHECK(ask(router, verb::head, "/b") == "#2");
    CHECK(ask(router, verb::head, "/c") == "#4 x=c");
    CHECK(ask(router, verb::head, "/d/e") == "#5 x=d y=e");
    CHECK(ask(router, verb::get, "/c") == "405 HEAD, POST");
}

TEST_CASE("routes clash when shape and a method are the same; all clashes are told") {
    CHECK(clashes({{"GET /a/{x}", "plugin one"}, {"GET,POST /a/{y}", "patchbay.yaml:12"}}) ==
          std::vector<std::string>{
              "'GET, POST /a/{y}' of patchbay.yaml:12 clashes with 'GET /a/{x}' of plugin one: "
              "both take GET; change the path or the methods of one"});
    CHECK(clashes({{"/a", "one"}, {"/a", "two"}}) ==
          std::vector<std::string>{"'/a' of two clashes with '/a' of one: both take every method; "
                                   "change the path or the methods of one"});
    CHECK(clashes({{"/a", "1"}, {"GET /a", "2"}, {"/{x:path}", "3"}, {"/{y:path}", "4"}, {"/%61", "5"}})
              .size() == 3);
}

TEST_CASE("routes of other shapes or methods don't clash") {
    CHECK(clashes({{"GET /a", "1"}, {"POST /a", "2"}, {"HEAD /a", "3"}, {"GET /a/", "4"}}).empty());
    CHECK(clashes({{"/{x}", "1"}, {"/{x:int}", "2"}, {"/{x:uuid}", "3"}, {"/{x:path}", "4"}, {"/x", "5"}})
              .empty());
    CHECK(clashes({{"/a%2Fb", "1"}, {"/a/b", "2"}}).empty());
}

TEST_CASE("a hostile path costs no more than the routes there are") {
    // 3^6 patterns that all overlap, each 13 segments long and none complete for the path below.
    std::vector<std::string> routes;
    for (int n = 0; n < 729; ++n) {
        std::string path;
        for (int level = 0, rest = n; level < 12; ++level, rest /= 3) {
            const std::string name = "p" + std::to_string(level);
            const int kind = level < 6 ? rest % 3 : 2;
            path += kind == 0 ? "/1" : kind == 1 ? "/{" + name + ":int}" : "/{" + name + "}";
        }
        routes.push_back("POST " + path + "/end");
    }
    const Router router = make_router(routes);
    std::string path;
    while (path.size() < 8192) path += "/1";

    const auto start = std::chrono::steady_clock::now();
    for (int turn = 0; turn < 100; ++turn) CHECK(get(router, path) == "404");
    const std::string to_method_not_allowed = path.substr(0, 24) + "/end";
    for (int turn = 0; turn < 100; ++turn) CHECK(get(router, to_method_not_allowed) == "405 POST");
    const std::string one_segment = "/" + std::string(8192, '1');
    for (int turn = 0; turn < 100; ++turn) CHECK(get(router, one_segment) == "404");
    // About 6,000 nodes; without the bound it would be 3^12 a path, and the 300 would take minutes.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{5});
}
