#include "request_fixture.hpp"
#include "test_host.hpp"

#include <patchbay/form.hpp>

#include <catch2/catch.hpp>

using namespace patchbay;
using test::refusal;
using test::RequestFixture;

namespace {
constexpr std::string_view form_type = "application/x-www-form-urlencoded";
}

TEST_CASE_METHOD(RequestFixture, "a form has its fields, decoded and in order") {
    header("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    data.body = "name=Ada+L%C3%B6we&tag=a&tag=&age=36&ok=true&empty&%26=%3D&&x=a=b";
    const Form form = request.form();
    CHECK(form.get("name") == "Ada Löwe");
    CHECK(form.get("tag") == "a");
    CHECK(form.all("tag") == std::vector<std::string>{"a", ""});
    CHECK(form.get<int>("age") == 36);
    CHECK(form.get<bool>("ok") == true);
    CHECK(form.get("empty") == "");
    CHECK(form.get("&") == "=");
    CHECK(form.get("x") == "a=b");
    CHECK_FALSE(form.get("Name"));
    CHECK_FALSE(form.get<int>("missing"));
    CHECK(form.all("missing").empty());
    CHECK(form.pairs().size() == 8);
    CHECK(request.form().pairs().front() == std::pair<std::string, std::string>{"name", "Ada Löwe"});
}

TEST_CASE_METHOD(RequestFixture, "a form may be empty, and need not say that it is one") {
    CHECK(request.form().pairs().empty());
    data.body = "a=1";
    CHECK(request.form().get("a") == "1");
}

TEST_CASE_METHOD(RequestFixture, "a typed field that doesn't fit is the caller's mistake") {
    data.body = "n=4x&big=300&none=";
    const Form form = request.form();
    CHECK(refusal([&] { form.get<int>("n"); }) == "400 form field 'n' must be an integer in range");
    CHECK(refusal([&] { form.get<std::uint8_t>("big"); }) ==
          "400 form field 'big' must be a non-negative integer in range");
    CHECK(refusal([&] { form.get<bool>("none"); }) == "400 form field 'none' must be true or false");
}

TEST_CASE_METHOD(RequestFixture, "a body of another type is no form") {
    data.body = "a=1";
    const auto type = GENERATE(as<std::string_view>{}, "application/json", "multipart/form-data; boundary=x",
                               "text/plain", "application/x-www-form-urlencoded2");
    header("Content-Type", type);
    CHECK_THAT(refusal([&] { request.form(); }),
               Catch::StartsWith("415 the body must be application/x-www-form-urlencoded, not "));
    try {
        request.form();
    } catch (const HttpError& error) {
        CHECK(problem(error).find_header("Accept") == form_type);
    }
}

TEST_CASE_METHOD(RequestFixture, "a malformed Content-Type is the caller's mistake") {
    const auto type =
        GENERATE(as<std::string_view>{}, "", "text", "text/", "/html", "text/html/x", "te xt/html",
                 "text/html; charset", "text/html; charset=", "text/html; =x", "text/html; charset=\"x",
                 "text/html; a=\"x\"y", "text/html; a=\"\\\"", "a/b, c/d");
    header("Content-Type", type);
    CHECK(refusal([&] { request.content_type(); }) == "400 the Content-Type is no media type");
    CHECK(refusal([&] { request.form(); }) == "400 the Content-Type is no media type");
    CHECK(refusal([&] { request.json(); }) == "400 the Content-Type is no media type");
}

TEST_CASE_METHOD(RequestFixture, "an escape that is none is refused in a form, with its place") {
    const auto [body, place] = GENERATE(table<std::string_view, int>({{"a=%", 3},
                                                                      {"a=%4", 3},
                                                                      {"a=%zz", 3},
                                                                      {"%4g=1", 1},
                                                                      {"a=%41%4&b=1", 6},
                                                                      {"a=%%41", 3},
                                                                      {"a=%4+", 3}}));
    data.body = body;
    CHECK(refusal([&] { request.form(); }) ==
          "400 the form has a '%' without two hexadecimal digits at byte " + std::to_string(place));
}

TEST_CASE_METHOD(RequestFixture, "the content type and its parameters") {
    CHECK_FALSE(request.content_type());
    header("Content-Type", R"(Text/HTML ; Charset="utf-8";; boundary="a\"b;c" ; boundary=second;)");
    const auto type = request.content_type();
    REQUIRE(type);
    CHECK(type->name == "text/html");
    CHECK(type->parameter("CHARSET") == "utf-8");
    CHECK(type->parameter("boundary") == "a\"b;c");
    CHECK_FALSE(type->parameter("q"));
    CHECK(type->parameters.size() == 3);
}

TEST_CASE("JSON has several media types") {
    const auto is_json = [](std::string_view text) { return parse_media_type(text)->is_json(); };
    CHECK(is_json("application/json; charset=utf-8"));
    CHECK(is_json("application/problem+JSON"));
    CHECK(is_json("text/json"));
    CHECK_FALSE(is_json("application/json5"));
    CHECK_FALSE(is_json("text/plain"));
}

namespace {

// Allocations for a form and a query of so many fields of one name: each is decoded once.
std::size_t allocations_for(std::size_t fields) {
    std::string body;
    for (std::size_t i = 0; i < fields; ++i) body += "a_name_beyond_the_small_string=1&";
    RequestFixture fixture;
    fixture.data.body = fixture.data.query = body;
    const std::size_t before = test::allocations();
    const Form form = fixture.request.form();
    const auto pairs = fixture.request.query_pairs();
    const auto last = form.get("missing");
    const std::size_t count = test::allocations() - before;
    CHECK(form.pairs().size() + pairs.size() == 2 * fields);
    CHECK_FALSE(last);
    return count;
}

}  // namespace

TEST_CASE("a hundred times the fields, of one name, are a hundred times the work") {
    const std::size_t some = allocations_for(1'000);
    CHECK(some >= 2'000);
    CHECK(allocations_for(100'000) <= 101 * some);
}
