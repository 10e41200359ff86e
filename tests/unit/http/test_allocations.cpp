// Counts every call of operator new in this executable: reading a request like the one before, reading a
// plain target and matching must make none.
#include "http/path.hpp"
#include "http/request_parser.hpp"
#include "http/router_builder.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace {

// Replacing operator new leaves no other place to count than one for the whole executable.
std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
// Sanitizers have a nothrow form of their own, whose memory must not reach std::free.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace patchbay;
using boost::beast::http::verb;

TEST_CASE("matching allocates nothing, found or not") {
    RouterBuilder builder;
    for (const auto* text : {"/users/{a_parameter_with_a_name_too_long_for_sso}/{b:int}/{c:path}",
                             "GET /users/x", "GET /a_literal_segment_that_is_too_long_for_sso/{id}"}) {
        auto spec = parse_route(text).value();
        builder.add(spec.methods, std::move(spec.pattern), 1, "test");
    }
    const auto router = builder.build();
    REQUIRE(router.has_value());
    const std::string found = "/users/" + std::string(100, 'x') + "/5/" + std::string(100, 'y') + "/z";
    const std::string hostile(8192, '/');
    PathParams params;

    const std::size_t before = allocations;
    const auto first = router->match(verb::get, found, params);
    const std::size_t values = params.size();
    const auto second = router->match(verb::post, "/users/x", params);
    const auto third = router->match(verb::get, hostile, params);
    const auto fourth = router->match(verb::get, "/a_literal_segment_that_is_too_long_for_sso/1", params);
    const std::size_t after = allocations;

    CHECK(after == before);
    CHECK(first.status == RouteStatus::found);
    CHECK(values == 3);
    CHECK(second.status == RouteStatus::method_not_allowed);
    CHECK(third.status == RouteStatus::not_found);
    CHECK(fourth.status == RouteStatus::found);
}

TEST_CASE("a plain target allocates nothing, and a scratch used before serves again") {
    const std::string plain =
        "/a/path/that/is/rather/long/and/has.dots.in/its/segments?query=" + std::string(99, 'q');
    const std::string encoded = "/a%20path/" + std::string(200, 'x') + "/../end";
    std::string scratch;

    const std::size_t before = allocations;
    const bool plain_good = parse_target(verb::get, plain, scratch).has_value();
    CHECK(allocations == before);
    CHECK(plain_good);

    CHECK(parse_target(verb::get, encoded, scratch).has_value());
    const std::size_t grown = allocations;
    CHECK(grown == before + 1);
    const bool encoded_good = parse_target(verb::get, encoded, scratch).has_value();
    CHECK(allocations == grown);
    CHECK(encoded_good);
}

TEST_CASE("a request allocates nothing for its headers, after one that had as many") {
    std::string text = "GET /a/path?query HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 30; ++i)
        text += "X-Header-" + std::to_string(i) + ": " + std::string(40, 'v') + "\r\n";
    text += "\r\n";
    RequestParser parser;
    Buffer buffer;
    const auto parse = [&] {
        parser.reset({.bytes = {.target = 1000, .head = 8000}, .fields = 64});
        buffer.clear();
        buffer.make_space(text.size());
        std::memcpy(buffer.space(), text.data(), text.size());
        buffer.commit(text.size());
        return parser.parse(buffer) == RequestParser::Step::head && parser.body_limit(0) &&
               parser.parse(buffer) == RequestParser::Step::complete;
    };
    REQUIRE(parse());
    const std::size_t before = allocations;
    const bool complete = parse();
    CHECK(allocations == before);
    CHECK(complete);
    CHECK(parser.request().headers.size() == 31);
}
