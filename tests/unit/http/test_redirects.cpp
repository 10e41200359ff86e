#include "http/redirects.hpp"
#include "http/router_builder.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;

namespace {

std::string location(std::string_view pattern, std::string_view target, std::string_view path,
                     std::string_view query = {}) {
    const auto parsed = RoutePattern::parse(pattern);
    REQUIRE(redirect_problem(target, *parsed).empty());
    detail::RequestData request;
    request.path = path;
    request.query = query;
    PathParams params;
    REQUIRE(parsed->match(path, params));
    request.path_params = params;
    return redirect_location(target, Request{request});
}

std::string slash(std::string_view route, std::string_view path, std::string_view target,
                  http::verb method = http::verb::get) {
    RouterBuilder builder;
    builder.add(MethodSet{http::verb::get}, *RoutePattern::parse(route), 0, "test");
    PublishedRoutes routes;
    routes.router = *builder.build();
    detail::RequestData request;
    request.method = method;
    request.path = path;
    request.target = target;
    const auto answer = slash_redirect(routes, request);
    return answer ? std::string{*answer->find_header("Location")} : "none";
}

}  // namespace

TEST_CASE("a redirect carries parameters and query") {
    CHECK(location("/old/{name}", "/new/{name}", "/old/x") == "/new/x");
    CHECK(location("/old/{name}", "/new/{name}", "/old/a b?\xc3\xa9") == "/new/a%20b%3F%C3%A9");
    CHECK(location("/old/{rest:path}", "https://h.example/{rest}", "/old/a/b", "x=1&y") ==
          "https://h.example/a/b?x=1&y");
    CHECK(location("/old/{id}", "/new?id={id}", "/old/7", "x=1") == "/new?id=7&x=1");
    CHECK(location("/old/{name}", "/new/{name}", "/old/a%2Fb") == "/new/a%2Fb");
    CHECK(location("/{a}/{b}", "/{b}/{a}", "/1/2") == "/2/1");
}

TEST_CASE("a redirect to a path leads to no other server") {
    detail::RequestData request;
    PathParams params;
    params.add("rest", "/evil.example");
    request.path_params = params;
    CHECK(redirect_location("/{rest}", Request{request}) == "/evil.example");
    CHECK(location("/go/{rest:path}", "/{rest}", "/go/\\evil.example") == "/%5Cevil.example");
}

TEST_CASE("a redirect's target names parameters that there are") {
    const auto pattern = RoutePattern::parse("/old/{name}");
    CHECK(redirect_problem("/new/{name}", *pattern).empty());
    CHECK(redirect_problem("/new/{nam}", *pattern) == "the path has no parameter 'nam'");
    CHECK(redirect_problem("/new/{name", *pattern) == "a '{' is not closed");
    CHECK(redirect_problem("/new/name}", *pattern) == "a '}' is not opened");
}

TEST_CASE("a slash too few or too many leads to the route that is there") {
    CHECK(slash("/a/b", "/a/b/", "/a/b/?q=1") == "../b?q=1");
    CHECK(slash("/a/b/", "/a/b", "/a/b?q=1") == "./b/?q=1");
    CHECK(slash("/{x}/", "/a b", "/a%20b") == "./a%20b/");
    CHECK(slash("/a", "/a/", "http://test/a/") == "../a");
    CHECK(slash("/a", "/b/", "/b/") == "none");
    CHECK(slash("/a", "/", "/") == "none");
    CHECK(slash("/a", "/a/", "/a/", http::verb::put) == "none");
}

TEST_CASE("a redirect for a slash leads to no other server, and never to itself") {
    CHECK(slash("/{rest:path}", "//evil.example/", "//evil.example/").find("//") == std::string::npos);
    CHECK(slash("/a", "/a/", "/a/b/..") == "none");
    CHECK(slash("/a", "/a/", "/a/.") == "none");
    CHECK(slash("/a/", "/a", "/x/%2E%2e/a") == "./a/");
}
