#include "filters/request_fixture.hpp"
#include "http/error_pages.hpp"

#include <patchbay/problem.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace patchbay;
using patchbay::test::FilterRequest;

namespace {

constexpr std::string_view browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

ErrorPages example_pages() {
    ErrorPages pages;
    pages.add(404, "<p>gone", "text/html; charset=utf-8");
    pages.add(503, "later", "text/plain; charset=utf-8");
    return pages;
}

Response shown(Response response, std::string_view accept) {
    FilterRequest request{http::verb::get, {{"Accept", accept}}};
    example_pages().show(request.get(), response);
    return response;
}

}  // namespace

TEST_CASE("a page takes the place of a problem for whoever would rather have it") {
    const Response page = shown(problem(http::status::not_found).header("X-Kept", "1"), browser);
    CHECK(page.status() == http::status::not_found);
    CHECK(page.body() == "<p>gone");
    CHECK(page.content_type() == "text/html; charset=utf-8");
    CHECK(page.find_header("X-Kept") == "1");
    CHECK(page.find_header("Vary") == "Accept");
    for (const std::string_view accept :
         {"application/json", "application/problem+json", "*/*", "application/problem+json, text/html", ""}) {
        INFO(accept);
        const Response kept = shown(problem(http::status::not_found), accept);
        CHECK(kept.content_type() == "application/problem+json");
        CHECK(kept.find_header("Vary") == "Accept");
    }
    CHECK(shown(problem(http::status::service_unavailable).header("Retry-After", "1"), "text/plain")
              .find_header("Retry-After") == "1");
}

TEST_CASE("a page fills an empty error, unless it is not acceptable at all") {
    CHECK(shown(Response{http::status::not_found}, "*/*").body() == "<p>gone");
    CHECK(shown(Response{http::status::not_found}, "").body() == "<p>gone");
    CHECK(shown(Response{http::status::not_found}, "application/json").body().empty());
}

TEST_CASE("an error that has something to say, or no page, stays as it is") {
    CHECK(shown(Response::text("mine").status(http::status::not_found), browser).body() == "mine");
    CHECK(shown(Response::html("").status(http::status::not_found), browser).body().empty());
    const Response other = shown(problem(http::status::forbidden), browser);
    CHECK(other.content_type() == "application/problem+json");
    CHECK_FALSE(other.find_header("Vary"));
    const auto produce = [](BlockingBodyWriter& out) { out.write("x"); };
    CHECK(shown(Response::stream_blocking(produce).status(http::status::not_found), browser).source());
}
