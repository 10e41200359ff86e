#include "http/filters/answer_headers.hpp"
#include "http/filters/filter_set.hpp"
#include "request_fixture.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using http::verb;
using test::FilterRequest;

TEST_CASE("security headers have defaults, each of which may be changed or left out", "[filters]") {
    SecurityHeadersConfig config;
    config.frame_options = "SAMEORIGIN";
    config.referrer_policy = "";
    config.others = {{"X-Robots-Tag", "noindex"}};
    const SecurityHeadersFilter filter{config};
    FilterRequest request{verb::get, {}};
    Response response;
    response.header("Cross-Origin-Opener-Policy", "unsafe-none");
    filter.after(request.get(), response);
    CHECK(response.header_lines() ==
          "Cross-Origin-Opener-Policy: unsafe-none\r\n"
          "Content-Security-Policy: base-uri 'self'; frame-ancestors 'none'; object-src 'none'\r\n"
          "Cross-Origin-Resource-Policy: same-origin\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "X-Frame-Options: SAMEORIGIN\r\n"
          "X-Robots-Tag: noindex\r\n");
}

TEST_CASE("a request's id is the client's only when it is well-formed and trusted", "[filters]") {
    const auto id = [](const RequestIdConfig& config, std::string_view given) {
        const RequestIdFilter filter{config};
        FilterRequest request{verb::get, {{"X-Request-Id", given}}};
        Response response;
        filter.after(request.get(), response);
        return std::string{*response.find_header("X-Request-Id")};
    };
    CHECK(id({}, "0af7651916cd43dd-8448:eb/211=") == "0af7651916cd43dd-8448:eb/211=");
    CHECK(id({.header = "X-Request-Id", .trust = false}, "abc") == "0123456789abcdef");
    for (const std::string& given : {std::string{}, std::string{"a b"}, std::string{"<script>"},
                                     std::string{"\"x\""}, std::string{"\xc3\xa9"}, std::string(129, 'a')}) {
        INFO(given);
        CHECK(id({}, given) == "0123456789abcdef");
    }
    CHECK(id({}, std::string(128, 'a')) == std::string(128, 'a'));
}

TEST_CASE("the first answer ends the requests, and every filter sees the answer", "[filters]") {
    struct Trace final : Filter {
        Trace(std::string name, std::string& log, bool answers)
            : name_{std::move(name)}, log_{log}, answers_{answers} {}
        std::optional<Response> before(const Request&) const override {
            log_ += " before-" + name_;
            return answers_ ? std::optional{Response::text(name_)} : std::nullopt;
        }
        void after(const Request&, Response&) const override { log_ += " after-" + name_; }
        std::string name_;
        std::string& log_;
        bool answers_;
    };
    std::string log;
    const FilterChain chain{
        {std::make_shared<Trace>("a", log, false), std::make_shared<Trace>("b", log, true),
         std::make_shared<Trace>("c", log, false)},
        {{std::make_shared<Trace>("inner", log, true), nullptr, nullptr}, {}}};
    FilterRequest request{verb::get, {}};
    auto answer = run_before(chain, request.data());
    REQUIRE(answer);
    CHECK(answer->body() == "b");
    run_after(chain, request.data(), *answer, true);
    CHECK(log == " before-a before-b after-inner after-c after-b after-a");
    log.clear();
    run_after(chain, request.data(), *answer, false);  // the exchange has run the inner ones
    CHECK(log == " after-c after-b after-a");
}

TEST_CASE("a change of the configuration keeps the filters that it leaves alone", "[filters]") {
    FilterConfig limit{"limit", RateLimitConfig{}, {}};
    std::get<RateLimitConfig>(limit.settings).requests = 5;
    FilterConfig faster = limit;
    std::get<RateLimitConfig>(faster.settings).requests = 6;
    const FilterSet first{{limit, {"ids", RequestIdConfig{}, {}}}, FilterSet{}};
    const FilterSet same{{{"ids", RequestIdConfig{}, {}}, limit}, first};
    const FilterSet changed{{faster}, first};
    CHECK(first.find("limit") == same.find("limit"));
    CHECK(first.find("limit") != changed.find("limit"));
    CHECK(changed.find("ids") == nullptr);
}
