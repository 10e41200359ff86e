#include "http/filters/cors.hpp"
#include "request_fixture.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using http::status;
using http::verb;
using test::FilterRequest;

namespace {

std::string header_of(const Response& response, std::string_view name) {
    return std::string{response.find_header(name).value_or("")};
}

CorsConfig for_one() {
    CorsConfig config;
    config.origins = {"https://app.example", "null"};
    config.methods = {"GET", "PUT"};
    config.headers = {"Content-Type", "X-Token"};
    config.expose = {"X-Total"};
    config.credentials = true;
    return config;
}

Response answer_to(const CorsFilter& filter, FilterRequest& request, Response response = {}) {
    filter.after(request.get(), response);
    return response;
}

}  // namespace

TEST_CASE("a preflight of an allowed origin is told what it may do", "[filters]") {
    const CorsFilter filter{for_one()};
    FilterRequest request{verb::options,
                          {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "PUT"}}};
    REQUIRE(is_preflight(request.get()));
    auto answer = filter.preflight(request.get());
    REQUIRE(answer);
    CHECK(answer->status() == status::no_content);
    CHECK(header_of(*answer, "Access-Control-Allow-Origin") == "https://app.example");
    CHECK(header_of(*answer, "Access-Control-Allow-Methods") == "GET, PUT");
    CHECK(header_of(*answer, "Access-Control-Allow-Headers") == "Content-Type, X-Token");
    CHECK(header_of(*answer, "Access-Control-Allow-Credentials") == "true");
    CHECK(header_of(*answer, "Access-Control-Max-Age") == "600");
    const Response whole = answer_to(filter, request, *answer);
    CHECK(header_of(whole, "Vary") == "Origin");
    CHECK(!whole.find_header("Access-Control-Expose-Headers"));
}

TEST_CASE("a preflight of another origin is told nothing", "[filters]") {
    const CorsFilter filter{for_one()};
    for (const char* origin : {"https://app.example.evil", "http://app.example", "https://app.example:444",
                               "HTTPS://app.example", ""}) {
        INFO(origin);
        FilterRequest request{verb::options, {{"Origin", origin}, {"Access-Control-Request-Method", "PUT"}}};
        const auto answer = filter.preflight(request.get());
        REQUIRE(answer);
        CHECK(answer->status() == status::forbidden);
        CHECK(!answer_to(filter, request, *answer).find_header("Access-Control-Allow-Origin"));
    }
}

TEST_CASE("OPTIONS without an origin or a method asked for is no preflight", "[filters]") {
    FilterRequest no_origin{verb::options, {{"Access-Control-Request-Method", "PUT"}}};
    FilterRequest no_method{verb::options, {{"Origin", "https://app.example"}}};
    FilterRequest a_get{verb::get, {{"Origin", "null"}, {"Access-Control-Request-Method", "PUT"}}};
    CHECK(!is_preflight(no_origin.get()));
    CHECK(!is_preflight(no_method.get()));
    CHECK(!is_preflight(a_get.get()));
}

TEST_CASE("answers name the origin that may read them, and vary by it", "[filters]") {
    const CorsFilter filter{for_one()};
    FilterRequest allowed{verb::get, {{"Origin", "https://app.example"}}};
    FilterRequest other{verb::get, {{"Origin", "https://other.example"}}};
    FilterRequest none{verb::get, {}};
    const Response answer = answer_to(filter, allowed);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "https://app.example");
    CHECK(header_of(answer, "Access-Control-Allow-Credentials") == "true");
    CHECK(header_of(answer, "Access-Control-Expose-Headers") == "X-Total");
    CHECK(header_of(answer, "Vary") == "Origin");
    for (FilterRequest* request : {&other, &none}) {
        const Response refused = answer_to(filter, *request);
        CHECK(!refused.find_header("Access-Control-Allow-Origin"));
        CHECK(!refused.find_header("Access-Control-Allow-Credentials"));
        CHECK(header_of(refused, "Vary") == "Origin");
    }
}

TEST_CASE("what a handler says about origins stays", "[filters]") {
    const CorsFilter filter{for_one()};
    FilterRequest request{verb::get, {{"Origin", "https://app.example"}}};
    const Response answer = answer_to(
        filter, request, Response{}.header("Access-Control-Allow-Origin", "https://its.own").vary("Accept"));
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "https://its.own");
    CHECK(header_of(answer, "Vary") == "Accept, Origin");
}

TEST_CASE("an answer for every origin does not vary", "[filters]") {
    CorsConfig config;
    config.origins = {"*"};
    const CorsFilter filter{config};
    FilterRequest request{verb::get, {{"Origin", "https://any.example"}}};
    const Response answer = answer_to(filter, request);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "*");
    CHECK(!answer.find_header("Access-Control-Allow-Credentials"));
    CHECK(!answer.find_header("Vary"));
}
