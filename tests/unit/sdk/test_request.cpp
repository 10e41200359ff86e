#include "request_fixture.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace patchbay;

namespace {

struct TypicalRequest : test::RequestFixture {
    void query(std::string_view text) { data.query = text; }
};

}  // namespace

TEST_CASE_METHOD(TypicalRequest, "query parameters are decoded; the first of a name counts") {
    query("a=1&b=x%20y+z&a=2&c&=v&%64=%e2%82%ac&bad=%zz%4&&e=a=b");
    CHECK(request.query("a") == "1");
    CHECK(request.query("b") == "x y z");
    CHECK(request.query("c") == "");
    CHECK(request.query("d") == "\xe2\x82\xac");
    CHECK(request.query("bad") == "%zz%4");
    CHECK(request.query("e") == "a=b");
    CHECK_FALSE(request.query("missing"));
    CHECK(request.query_pairs().size() == 8);
    CHECK(request.query_pairs()[2] == std::pair<std::string, std::string>{"a", "2"});
    CHECK(request.query_pairs()[4] == std::pair<std::string, std::string>{"", "v"});
    CHECK(request.query_string() == data.query);
}

TEST_CASE_METHOD(TypicalRequest, "a query parameter that repeats has all its values, in order") {
    query("tag=a&x=1&t%61g=b+c&tag&tag=a&Tag=d");
    CHECK(request.query_all("tag") == std::vector<std::string>{"a", "b c", "", "a"});
    CHECK(request.query_all("missing").empty());
}

TEST_CASE_METHOD(TypicalRequest, "typed query parameters must be whole, in range and decimal") {
    query("n=42&neg=-1&big=300&f=1.5&yes=true&no=0&junk=4x&empty=&space=+4&hex=0x10&plus=%2B4");
    CHECK(request.query<int>("n") == 42);
    CHECK(request.query<double>("f") == 1.5);
    CHECK(request.query<bool>("yes") == true);
    CHECK(request.query<bool>("no") == false);
    CHECK_FALSE(request.query<int>("missing"));
    CHECK(test::refusal([&] { request.query<unsigned>("neg"); }) ==
          "400 query parameter 'neg' must be a non-negative integer in range");
    CHECK(test::refusal([&] { request.query<std::uint8_t>("big"); }) ==
          "400 query parameter 'big' must be a non-negative integer in range");
    CHECK(test::refusal([&] { request.query<bool>("n"); }) ==
          "400 query parameter 'n' must be true or false");
    CHECK(test::refusal([&] { request.query<double>("junk"); }) ==
          "400 query parameter 'junk' must be a number");
    const auto name = GENERATE("junk", "empty", "space", "hex", "f", "plus");
    CHECK(test::refusal([&] { request.query<int>(name); }) ==
          "400 query parameter '" + std::string{name} + "' must be an integer in range");
}

TEST_CASE_METHOD(TypicalRequest, "path parameters: text, numbers, and the plugin's own mistakes") {
    PathParams params;
    params.add("id", "17");
    params.add("name", "Ada");
    data.path_params = params;
    CHECK(request.path_param("name") == "Ada");
    CHECK(request.path_param<long>("id") == 17);
    CHECK(test::refusal([&] { request.path_param<int>("name"); }) ==
          "400 path parameter 'name' must be an integer in range");
    CHECK_THROWS_AS(request.path_param("nme"), std::out_of_range);
}

TEST_CASE_METHOD(TypicalRequest, "headers are found case-insensitively or by field") {
    const std::array headers{HeaderField{http::field::accept, "Accept", "text/html"},
                             HeaderField{http::field::unknown, "X-Custom", "1"},
                             HeaderField{http::field::unknown, "x-custom", "2"}};
    data.headers = headers;
    CHECK(request.header("ACCEPT") == "text/html");
    CHECK(request.header(http::field::accept) == "text/html");
    CHECK(request.header("x-CUSTOM") == "1");
    CHECK_FALSE(request.header("X-Other"));
    CHECK_FALSE(request.header(http::field::unknown));
    CHECK(request.headers().size() == 3);
}

TEST_CASE_METHOD(TypicalRequest, "an id has 16 hexadecimal digits") {
    data.id = 0x0123456789abcdefULL;
    CHECK(request.id() == "0123456789abcdef");
    data.id = 10;
    CHECK(request.id() == "000000000000000a");
}
