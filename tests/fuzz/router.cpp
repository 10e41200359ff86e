// Routes, one a line, then an empty line, then requests, one a line: the router finds what trying every route
// by itself finds.
#include "http/router_builder.hpp"
#include "target.hpp"

#include <algorithm>
#include <optional>

namespace patchbay::fuzz {
namespace {

using boost::beast::http::verb;

struct Route {
    MethodSet methods;
    RoutePattern pattern;
    std::uint32_t endpoint;
};

std::vector<SegmentKind> kinds(const Route& route) {
    std::vector<SegmentKind> all;
    for (const auto& segment : route.pattern.segments()) all.push_back(segment.kind);
    return all;
}

bool same_shape(const Route& a, const Route& b) {
    return std::equal(a.pattern.segments().begin(), a.pattern.segments().end(), b.pattern.segments().begin(),
                      b.pattern.segments().end(), [](const auto& x, const auto& y) {
                          return x.kind == y.kind && (x.kind != SegmentKind::literal || x.text == y.text);
                      });
}

bool clash(const Route& a, const Route& b) { return same_shape(a, b) && !(a.methods & b.methods).empty(); }

// The most specific first: patterns that match one path differ in their kinds or are of one shape.
const Route* reference(const std::vector<Route>& routes, verb method, std::string_view path,
                       MethodSet& allowed) {
    PathParams params;
    const Route* best = nullptr;
    bool best_is_direct = false;
    for (const Route& route : routes) {
        if (!route.pattern.match(path, params)) continue;
        allowed = allowed | route.methods;
        const bool direct = route.methods.contains(method);
        if (!direct && !(method == verb::head && route.methods.contains(verb::get))) continue;
        const bool better = !best || kinds(route) < kinds(*best) ||
                            (kinds(route) == kinds(*best) && direct && !best_is_direct);
        if (!better) continue;
        best = &route;
        best_is_direct = direct;
    }
    if (allowed.contains(verb::get)) allowed.insert(verb::head);
    return best;
}

void check(const Router& router, const std::vector<Route>& routes, verb method, std::string_view path) {
    PathParams params, expected;
    const RouteMatch match = router.match(method, path, params);
    MethodSet allowed;
    const Route* const route = reference(routes, method, path, allowed);
    if (!route) {
        require(params.empty(), "there are no parameters without a route");
        const auto status = allowed.empty() ? RouteStatus::not_found : RouteStatus::method_not_allowed;
        require(match.status == status && match.allowed == allowed, "what is not found is not there");
        return;
    }
    require(match.status == RouteStatus::found && match.endpoint == route->endpoint,
            "the best route is found");
    route->pattern.match(path, expected);
    require(std::equal(params.begin(), params.end(), expected.begin(), expected.end(),
                       [](const auto& a, const auto& b) { return a.name == b.name && a.value == b.value; }),
            "the parameters are the pattern's own");
}

std::vector<Route> take_routes(std::string_view& input) {
    std::vector<Route> routes;
    for (std::string_view line = take_line(input); !line.empty(); line = take_line(input)) {
        auto spec = parse_route(line);
        if (spec) {
            routes.push_back(
                {spec->methods, std::move(spec->pattern), static_cast<std::uint32_t>(routes.size())});
        } else {
            require(spec.error().offset <= line.size() && !spec.error().message.empty(),
                    "a refusal has a place");
        }
    }
    return routes;
}

}  // namespace

void router(std::string_view input) {
    if (input.size() > 4096) return;
    const std::vector<Route> routes = take_routes(input);
    RouterBuilder builder;
    bool clashes = false;
    for (auto route = routes.begin(); route != routes.end(); ++route) {
        builder.add(route->methods, route->pattern, route->endpoint, "line");
        clashes |=
            std::any_of(routes.begin(), route, [&](const Route& other) { return clash(other, *route); });
    }
    const auto built = builder.build();
    require(built.has_value() != clashes, "routes clash when two claim the same");
    if (!built) return;
    while (!input.empty()) {
        const std::string_view line = take_line(input);
        const std::size_t space = std::min(line.find(' '), line.size());
        const verb method = boost::beast::http::string_to_verb({line.data(), space});
        check(*built, routes, method, line.substr(std::min(line.size(), space + 1)));
    }
}

}  // namespace patchbay::fuzz
