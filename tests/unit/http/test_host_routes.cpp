#include "http/host_routes.hpp"
#include "http/published_routes.hpp"
#include "http/router_builder.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using http::verb;

namespace {

Router router_with(std::string_view path, std::uint32_t endpoint, MethodSet methods = MethodSet::all()) {
    RouterBuilder builder;
    builder.add(methods, *RoutePattern::parse(path), endpoint, "test");
    return *builder.build();
}

}  // namespace

TEST_CASE("a host is found by its name, or by the longest end of it") {
    HostRoutes hosts;
    CHECK(hosts.empty());
    for (const char* host : {"a.example.org", "*.example.org", "*.b.example.org", "[::1]", "localhost"})
        hosts.add(host, Router{});
    CHECK(!hosts.empty());
    const auto same = [&](std::string_view host, std::string_view as) {
        return hosts.find(host) != nullptr && hosts.find(host) == hosts.find(as);
    };
    CHECK(same("A.Example.ORG:8080", "a.example.org"));
    CHECK(same("a.example.org.", "a.example.org"));
    CHECK(same("z.example.org", "y.example.org"));
    CHECK(same("x.y.example.org", "y.example.org"));
    CHECK(same("x.b.example.org", "y.b.example.org"));
    CHECK(!same("x.b.example.org", "y.example.org"));
    CHECK(same("b.example.org", "y.example.org"));
    CHECK(same("[::1]:80", "[::1]"));
    CHECK(same("localhost:1", "localhost"));
    for (const char* host : {"example.org", "example.org.evil", "xexample.org", "", ".", ":80", "[::2]"}) {
        INFO(host);
        CHECK(hosts.find(host) == nullptr);
    }
    CHECK(hosts.find(std::string(300, 'a') + ".example.org") == nullptr);
}

TEST_CASE("routes of the host come first, and then those of every host") {
    PublishedRoutes routes;
    routes.router = router_with("/both", 1, MethodSet{verb::get});
    routes.hosts.add("a.example", router_with("/both", 2, MethodSet{verb::post}));
    const HeaderField field{http::field::host, "Host", "a.example:80"};
    detail::RequestData request;
    request.headers = {&field, 1};
    PathParams params;
    CHECK(routes.match(verb::post, "/both", request, params).endpoint == 2);
    CHECK(routes.match(verb::get, "/both", request, params).endpoint == 1);
    const RouteMatch neither = routes.match(verb::put, "/both", request, params);
    CHECK(neither.status == RouteStatus::method_not_allowed);
    CHECK(neither.allowed.contains(verb::get));
    CHECK(neither.allowed.contains(verb::post));
    CHECK(routes.match(verb::get, "/none", request, params).status == RouteStatus::not_found);
    request.headers = {};
    CHECK(routes.match(verb::post, "/both", request, params).status == RouteStatus::method_not_allowed);
}
