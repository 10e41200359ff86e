#include <patchbay/route_pattern.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace patchbay;
using boost::beast::http::verb;
using Catch::Matchers::Contains;

namespace {

struct Bad {
    std::string_view text;
    std::size_t offset;
    const char* message;
};

// "no", or "name=value;" for each parameter.
std::string match_text(std::string_view pattern, std::string_view path) {
    const auto parsed = RoutePattern::parse(pattern);
    REQUIRE(parsed.has_value());
    PathParams params;
    params.add("left", "over");
    if (!parsed->match(path, params)) return params.empty() ? "no" : "no, but with parameters";
    std::string text;
    for (const auto& [name, value] : params) text += std::string{name} + "=" + std::string{value} + ";";
    return text;
}

}  // namespace

TEST_CASE("literal patterns match their decoded text and nothing else") {
    CHECK(match_text("/", "/").empty());
    CHECK(match_text("/", "") == "no");
    CHECK(match_text("/", "//") == "no");
    CHECK(match_text("/", "*") == "no");
    CHECK(match_text("/a/b", "/a/b").empty());
    CHECK(match_text("/a/b", "/a/b/") == "no");
    CHECK(match_text("/a/", "/a/").empty());
    CHECK(match_text("/a/", "/a") == "no");
    CHECK(match_text("/a", "/A") == "no");
    CHECK(match_text("/caf%C3%a9", "/café").empty());
    CHECK(match_text("/café", "/café").empty());
    CHECK(match_text("/a%2fb", "/a%2Fb").empty());
    CHECK(match_text("/%7Ba%7D", "/{a}").empty());
    CHECK(match_text("/100%25", "/100%").empty());
}

TEST_CASE("a parameter takes one segment that is not empty") {
    CHECK(match_text("/hello/{name}", "/hello/ann") == "name=ann;");
    CHECK(match_text("/hello/{name:text}", "/hello/a%2Fb") == "name=a%2Fb;");
    CHECK(match_text("/hello/{name}", "/hello/") == "no");
    CHECK(match_text("/hello/{name}", "/hello") == "no");
    CHECK(match_text("/hello/{name}", "/hello/a/b") == "no");
    CHECK(match_text("/{a}/x/{b_2}", "/1/x/2") == "a=1;b_2=2;");
    CHECK(match_text("/{a}/", "/1/") == "a=1;");
}

TEST_CASE("an int parameter takes what fits std::int64_t") {
    for (const std::string_view good : {"0", "-1", "007", "9223372036854775807", "-9223372036854775808"}) {
        CHECK(match_text("/{id:int}", "/" + std::string{good}) == "id=" + std::string{good} + ";");
    }
    for (const auto* bad : {"/", "/-", "/+1", "/1a", "/a1", "/ 1", "/0x1", "/1.0", "/--1",
                            "/9223372036854775808", "/-9223372036854775809", "/000000000000000000001"}) {
        CHECK(match_text("/{id:int}", bad) == "no");
    }
}

TEST_CASE("a uuid parameter takes 8-4-4-4-12 hexadecimal digits") {
    CHECK(match_text("/{id:uuid}", "/123e4567-E89B-12d3-a456-426614174000") ==
          "id=123e4567-E89B-12d3-a456-426614174000;");
    for (const auto* bad : {"/123e4567-e89b-12d3-a456-42661417400", "/123e4567-e89b-12d3-a456-4266141740000",
                            "/123e4567-e89b-12d3-a456-42661417400g", "/123e4567e89b-12d3-a456-4266141740000",
                            "/123e4567-e89b-12d3-a4566-26614174000"}) {
        CHECK(match_text("/{id:uuid}", bad) == "no");
    }
}

TEST_CASE("a path parameter takes the rest, never empty, never beginning with a slash") {
    CHECK(match_text("/files/{rest:path}", "/files/a") == "rest=a;");
    CHECK(match_text("/files/{rest:path}", "/files/a/b//c/") == "rest=a/b//c/;");
    CHECK(match_text("/files/{rest:path}", "/files/") == "no");
    CHECK(match_text("/files/{rest:path}", "/files") == "no");
    CHECK(match_text("/files/{rest:path}", "/files//etc") == "no");
    CHECK(match_text("/{all:path}", "/x/y") == "all=x/y;");
    CHECK(match_text("/{all:path}", "/") == "no");
}

TEST_CASE("a wrong pattern is refused with where and what to do") {
    const auto bad = GENERATE(
        Bad{"", 0, "begins with '/'"}, Bad{"hello", 0, "begins with '/'"}, Bad{"{a}", 0, "begins with '/'"},
        Bad{"//", 1, "remove a '/'"}, Bad{"/a//b", 3, "remove a '/'"}, Bad{"/a/b//", 5, "remove a '/'"},
        Bad{"/./a", 1, "without it"}, Bad{"/a/..", 3, "without it"}, Bad{"/a/%2e%2E/b", 3, "without it"},
        Bad{"/a?b={c}", 2, "write %3F"}, Bad{"/a#b", 2, "%23"}, Bad{"/a/%4", 3, "write %25"},
        Bad{"/a/x%zz", 4, "write %25"}, Bad{"/a/%00", 3, "control"}, Bad{"/a\n", 2, "control"},
        Bad{"/%FF", 1, "UTF-8"}, Bad{"/x/{", 3, "add '}'"}, Bad{"/x/{a", 3, "add '}'"},
        Bad{"/x/{a/b}", 3, "add '}'"}, Bad{"/{a{b}}", 1, "add '}'"}, Bad{"/x/a}", 4, "%7D"},
        Bad{"/x/}a{", 3, "%7D"}, Bad{"/{a}}", 1, "whole segment"},
        Bad{"/v{major:int}.{minor}", 1, "whole segment"}, Bad{"/x/{a}b", 3, "whole segment"},
        Bad{"/{a}{b}", 1, "whole segment"}, Bad{"/{}", 2, "no name"}, Bad{"/{:int}", 2, "no name"},
        Bad{"/{1a}", 2, "not begin with a digit"}, Bad{"/{a-b}", 3, "must be letters"},
        Bad{"/{a b}", 3, "must be letters"}, Bad{"/{a:integer}", 4, "text, int, uuid, path"},
        Bad{"/{a:}", 4, "unknown type ''"}, Bad{"/{a:int:int}", 4, "unknown type"},
        Bad{"/{a}/x/{a:int}", 7, "rename"}, Bad{"/{a:path}/b", 10, "last segment"},
        Bad{"/{a:path}/", 10, "last segment"});
    const auto parsed = RoutePattern::parse(bad.text);
    INFO(bad.text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().offset == bad.offset);
    CHECK_THAT(parsed.error().message, Contains(bad.message));
}

TEST_CASE("patterns have at most 16 parameters and 64 segments") {
    std::string parameters;
    for (std::size_t n = 0; n < PathParams::capacity; ++n) parameters += "/{p" + std::to_string(n) + "}";
    REQUIRE(RoutePattern::parse(parameters).has_value());
    const auto one_more = RoutePattern::parse(parameters + "/{last}");
    REQUIRE(one_more.has_error());
    CHECK(one_more.error().offset == parameters.size() + 1);

    std::string segments;
    for (std::size_t n = 0; n < RoutePattern::max_segments; ++n) segments += "/a";
    REQUIRE(RoutePattern::parse(segments).has_value());
    CHECK(match_text(segments, segments).empty());
    CHECK(RoutePattern::parse(segments + "/").has_error());
}

TEST_CASE("a route is methods and a pattern, or a pattern for all methods") {
    const auto get = parse_route("GET /a");
    REQUIRE(get.has_value());
    CHECK(get->methods == MethodSet{verb::get});
    CHECK(get->pattern.text() == "/a");
    for (const auto* text : {"GET,HEAD /a", "HEAD, GET /a", "GET , HEAD  /a", "  GET,HEAD /a"}) {
        const auto both = parse_route(text);
        INFO(text);
        REQUIRE(both.has_value());
        CHECK(both->methods == MethodSet{verb::head, verb::get});
    }
    const auto all = parse_route("/a b");
    REQUIRE(all.has_value());
    CHECK(all->methods == MethodSet::all());
    CHECK(all->pattern.text() == "/a b");
    CHECK(parse_route("M-SEARCH /").value().methods == MethodSet{verb::msearch});
}

TEST_CASE("a wrong route is refused with where and what to do") {
    const auto bad = GENERATE(
        Bad{"get /a", 0, "'get'; write methods in capitals"}, Bad{"GET,FOO /a", 4, "unknown method 'FOO'"},
        Bad{"GET,,HEAD /a", 4, "unknown method ''"}, Bad{"GET, /a", 4, "unknown method ''"},
        Bad{"GET HEAD /a", 0, "unknown method 'GET HEAD'"}, Bad{" /a", 0, "unknown method ''"},
        Bad{"GET", 0, "begins with '/'"}, Bad{"GET hello", 4, "begins with '/'"},
        Bad{"GET hello/x", 4, "begins with '/'"}, Bad{"GET/a", 0, "begins with '/'"},
        Bad{"GET /a/{}", 8, "no name"}, Bad{"", 0, "begins with '/'"}, Bad{"GET ", 4, "begins with '/'"});
    const auto parsed = parse_route(bad.text);
    INFO(bad.text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().offset == bad.offset);
    CHECK_THAT(parsed.error().message, Contains(bad.message));
    CHECK_THROWS_AS(parsed.value(), std::invalid_argument);
}

TEST_CASE("a method set never holds the unknown method") {
    MethodSet set{verb::unknown};
    set.insert(verb::unknown);
    CHECK(set.empty());
    CHECK_FALSE(MethodSet::all().contains(verb::unknown));
    CHECK(MethodSet::all().contains(verb::delete_));
    CHECK(MethodSet::all().contains(verb::unlink));
    CHECK(MethodSet{}.to_string().empty());
    CHECK(MethodSet{verb::head, verb::get}.to_string() == "GET, HEAD");
    CHECK((MethodSet{verb::get, verb::put} & MethodSet{verb::put}) == MethodSet{verb::put});
    CHECK((MethodSet{verb::get} | MethodSet{verb::put}) == MethodSet{verb::put, verb::get});
}

TEST_CASE("parameters are found by name") {
    PathParams params;
    params.add("a", "1");
    params.add("b", "");
    CHECK(params.find("a") == std::string_view{"1"});
    CHECK(params.find("b") == std::string_view{""});
    CHECK_FALSE(params.find("c").has_value());
    CHECK(params.size() == 2);
}
