#include "http/filters/answer_headers.hpp"
#include "http/filters/filter_set.hpp"
#include "log/logger.hpp"
#include "request_fixture.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <new>
#include <stdexcept>

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
    Logger silent{LogLevel::error};
    auto answer = run_before(chain, request.data(), silent);
    REQUIRE(answer);
    CHECK(answer->body() == "b");
    CHECK(run_after(chain, request.data(), *answer, true, BodyForm::whole, silent));
    CHECK(log == " before-a before-b after-inner after-c after-b after-a");
    log.clear();
    // The exchange has run the inner ones.
    CHECK(run_after(chain, request.data(), *answer, false, BodyForm::whole, silent));
    CHECK(log == " after-c after-b after-a");
}

TEST_CASE("a filter that throws is a 500 that the others see, and a line in the log", "[filters]") {
    struct Broken final : Filter {
        std::optional<Response> before(const Request&) const override { throw std::bad_alloc{}; }
        void after(const Request&, Response&) const override { throw std::runtime_error{"broken"}; }
        std::optional<CodedAnswer> code(const Request&, Response& response, BodyForm) const override {
            response.body().clear();
            throw 7;
        }
    };
    struct Marks final : Filter {
        void after(const Request&, Response& response) const override { response.header("X-Mark", "1"); }
    };
    FilterRequest request{verb::get, {}};
    request.data().method_name = "GET";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> lines{std::tmpfile(), &std::fclose};
    REQUIRE(lines);
    Logger log{LogLevel::error, ::fileno(lines.get())};
    const FilterChain chain{{std::make_shared<Marks>(), std::make_shared<Broken>()}, {}};
    const auto refused = run_before(chain, request.data(), log);
    REQUIRE(refused);
    CHECK(refused->status() == http::status::internal_server_error);
    CHECK_THAT(refused->body(), Catch::Contains("0123456789abcdef") && !Catch::Contains("bad_alloc"));

    Response answer = Response::text("answer");
    CHECK_FALSE(run_after(chain, request.data(), answer, true, BodyForm::whole, log));
    CHECK(answer.status() == http::status::internal_server_error);
    CHECK(answer.find_header("X-Mark") == "1");

    Response stream = Response::text("head");
    CHECK_FALSE(run_after(chain, request.data(), stream, true, BodyForm::stream, log));
    CHECK(stream.status() == http::status::ok);

    Response whole = Response::text("body");
    CHECK_FALSE(run_code(chain, request.data(), whole, BodyForm::whole, log));
    CHECK(whole.status() == http::status::internal_server_error);

    log.flush(std::chrono::seconds{30});
    std::array<char, 2000> text{};
    std::rewind(lines.get());
    REQUIRE(std::fread(text.data(), 1, text.size() - 1, lines.get()) > 0);
    CHECK_THAT(text.data(), Catch::Contains("error a filter of the configuration failed: broken · GET / · "
                                            "error id 0123456789abcdef\n") &&
                                Catch::Contains("no std::exception"));
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
