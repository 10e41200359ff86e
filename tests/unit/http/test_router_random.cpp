// Compares the Router with the plainest matcher there is: every pattern by itself, the most specific first.
#include "http/router_builder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace patchbay;
using boost::beast::http::verb;

namespace {

constexpr const char* uuid = "123e4567-e89b-12d3-a456-426614174000";

struct NaiveRoute {
    MethodSet methods;
    RoutePattern pattern;
    std::uint32_t endpoint;
};

struct Answer {
    RouteStatus status = RouteStatus::not_found;
    std::uint32_t endpoint = 0;
    MethodSet allowed;
    std::string params;

    bool operator==(const Answer&) const = default;
};

std::string to_text(const PathParams& params) {
    std::string text;
    for (const auto& [name, value] : params) text += std::string{name} + "=" + std::string{value} + ";";
    return text;
}

std::vector<SegmentKind> kinds(const RoutePattern& pattern) {
    std::vector<SegmentKind> all;
    for (const auto& segment : pattern.segments()) all.push_back(segment.kind);
    return all;
}

class NaiveRouter {
public:
    explicit NaiveRouter(std::vector<NaiveRoute> routes) : routes_{std::move(routes)} {
        std::sort(routes_.begin(), routes_.end(), [](const NaiveRoute& left, const NaiveRoute& right) {
            return kinds(left.pattern) < kinds(right.pattern);
        });
    }

    Answer match(verb method, const std::string& path) const {
        Answer answer;
        PathParams params;
        std::vector<SegmentKind> shape_of_get;
        for (const NaiveRoute& route : routes_) {
            if (answer.status == RouteStatus::found && kinds(route.pattern) != shape_of_get) break;
            if (!route.pattern.match(path, params)) continue;
            const bool direct = route.methods.contains(method);
            const bool by_get = method == verb::head && route.methods.contains(verb::get);
            if (direct || (by_get && answer.status != RouteStatus::found)) {
                answer = {RouteStatus::found, route.endpoint, {}, to_text(params)};
                shape_of_get = kinds(route.pattern);
                if (direct) break;
            }
            if (answer.status != RouteStatus::found) {
                answer.status = RouteStatus::method_not_allowed;
                answer.allowed = answer.allowed | route.methods;
            }
        }
        if (answer.allowed.contains(verb::get)) answer.allowed.insert(verb::head);
        return answer;
    }

private:
    std::vector<NaiveRoute> routes_;
};

class Generator {
public:
    explicit Generator(unsigned seed) : random_{seed} {}

    int below(int limit) { return std::uniform_int_distribution<int>{0, limit - 1}(random_); }

    std::string word() {
        static constexpr const char* words[] = {"a", "b", "c", "1", "22", "-3", "long-word-number-four",
                                                uuid};
        return words[below(8)];
    }

    std::string pattern() {
        std::string text;
        const int length = 1 + below(5);
        for (int at = 0; at < length; ++at) {
            const std::string name = (below(2) == 0 ? "p" : "q") + std::to_string(at);
            const int kind = below(8);
            const bool last = at + 1 == length;
            text += kind == 0   ? "/{" + name + ":int}"
                    : kind == 1 ? "/{" + name + ":uuid}"
                    : kind == 2 ? "/{" + name + "}"
                                : "/" + word();
            if (last && below(6) == 0) return text + "/{rest:path}";
            if (last && below(8) == 0) return text + "/";
        }
        return text;
    }

    std::string path() {
        std::string text;
        const int length = 1 + below(7);
        for (int at = 0; at < length; ++at) text += "/" + (below(12) == 0 ? std::string{} : word());
        return below(10) == 0 ? text + "/" : text;
    }

    MethodSet methods() {
        if (below(10) == 0) return MethodSet::all();
        MethodSet set{usual_methods[below(4)]};
        if (below(3) == 0) set.insert(usual_methods[below(4)]);
        return set;
    }

    verb method() { return usual_methods[below(4)]; }

private:
    static constexpr verb usual_methods[] = {verb::get, verb::head, verb::post, verb::delete_};
    std::mt19937 random_;
};

// A pattern without the names of its parameters: what decides about clashes.
std::string shape(const RoutePattern& pattern) {
    std::string text;
    for (const auto& segment : pattern.segments()) {
        text += segment.kind == SegmentKind::literal
                    ? "/" + segment.text
                    : "/{" + std::to_string(static_cast<int>(segment.kind)) + "}";
    }
    return text;
}

}  // namespace

TEST_CASE("the router agrees with a naive matcher") {
    const int route_count = GENERATE(1, 10, 100, 3000);
    const unsigned seed = GENERATE(1U, 2U, 3U);
    Generator generator{seed};
    RouterBuilder builder;
    std::vector<NaiveRoute> routes;
    std::vector<std::pair<std::string, MethodSet>> taken;
    for (int n = 0; n < route_count; ++n) {
        auto pattern = RoutePattern::parse(generator.pattern()).value();
        const MethodSet methods = generator.methods();
        const std::string key = shape(pattern);
        const bool clash = std::any_of(taken.begin(), taken.end(), [&](const auto& other) {
            return other.first == key && !(other.second & methods).empty();
        });
        if (clash) continue;
        taken.emplace_back(key, methods);
        const auto endpoint = static_cast<std::uint32_t>(n);
        builder.add(methods, pattern, endpoint, "test");
        routes.push_back({methods, std::move(pattern), endpoint});
    }
    const auto router = builder.build();
    REQUIRE(router.has_value());
    const NaiveRouter naive{std::move(routes)};

    int found = 0;
    for (int turn = 0; turn < 3000; ++turn) {
        const std::string path = generator.path();
        const verb method = generator.method();
        PathParams params;
        const RouteMatch match = router->match(method, path, params);
        const Answer actual{match.status, match.endpoint, match.allowed, to_text(params)};
        found += match.status == RouteStatus::found ? 1 : 0;
        if (!(actual == naive.match(method, path))) {
            FAIL("they differ for " << boost::beast::http::to_string(method) << " " << path << ", seed "
                                    << seed);
        }
    }
    if (route_count >= 100) CHECK(found > 300);  // else the comparison would say little
}
