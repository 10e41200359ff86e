#include "request_fixture.hpp"

#include <patchbay/negotiation.hpp>

#include <catch2/catch.hpp>

#include <array>

using namespace patchbay;
using test::RequestFixture;

namespace {

constexpr std::array<std::string_view, 2> page_or_data = {"text/html", "application/json"};
constexpr std::array<std::string_view, 3> languages = {"en", "de", "pt-BR"};

std::string media(std::string_view accept) {
    return std::string{best_media_type(accept, page_or_data).value_or("none")};
}
std::string language(std::string_view accept) {
    return std::string{best_language(accept, languages).value_or("none")};
}

}  // namespace

TEST_CASE("the preferred media type") {
    const auto [accept, expected] = GENERATE(table<std::string_view, std::string>({
        {"", "text/html"},
        {"*/*", "text/html"},
        {"*", "text/html"},
        {"application/json", "application/json"},
        {"APPLICATION/JSON", "application/json"},
        {"text/html;q=0.5, application/json;q=0.8", "application/json"},
        {"application/json, */*", "application/json"},       // named beats not named
        {"application/*, text/html", "text/html"},           // exactly named beats half named
        {"application/*, */*", "application/json"},          //
        {"*/*, text/html;q=0", "application/json"},          // the most exact range counts, q=0 too
        {"text/html;q=0.4, */*;q=0.5", "application/json"},  //
        {"application/json;q=0.5, text/*;q=0.5", "application/json"},
        {"application/json ; q=0.9 , text/html ; Q=0.1", "application/json"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text/html"},
        {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html"},
        {"application/json; charset=utf-8", "application/json"},
        {"application/json;q=0.5;ext=1, text/html;q=0.4", "application/json"},
        {"text/html;q=0.1, application/json;q=0.5, text/html", "application/json"},  // said twice: the first
        {"image/png", "none"},
        {"image/*, text/plain", "none"},
        {"text/html;q=0, application/json;q=0.000", "none"},
        {"*/*;q=0", "none"},
        {"text/html;level=1", "none"},
    }));
    INFO(accept);
    CHECK(media(accept) == expected);
}

TEST_CASE("malformed elements of Accept count as not there") {
    const auto accept = GENERATE(as<std::string_view>{}, "text/html;q=2, application/json;q=0.1",
                                 "text/html;q=x, application/json;q=0.1", "text/html;q=-1, application/json",
                                 "text/html;q=nan, application/json", "text/html;q=1e400, application/json",
                                 "text/html;q=0.5x, application/json;q=0.1", "/, text, ,;, application/json",
                                 "\"text/html, text/html\", application/json");
    INFO(accept);
    CHECK(media(accept) == "application/json");
    CHECK(media("\"text/html, application/json") == "text/html");
    CHECK(media("nonsense") == "text/html");
}

TEST_CASE("parameters of an offer") {
    const std::array<std::string_view, 3> offers = {"text/html;level=1", "text/html;level=2", "text/plain"};
    CHECK(best_media_type("text/html;level=2, text/html;q=0.5", offers) == offers[1]);
    CHECK(best_media_type("text/html", offers) == offers[0]);
    CHECK(best_media_type("text/html;level=3, text/*;q=0.1", offers) == offers[0]);
    CHECK_FALSE(best_media_type("*/*", std::span<const std::string_view>{}));
    CHECK_THROWS_AS(best_media_type("*/*", std::array<std::string_view, 1>{"html"}), std::invalid_argument);
}

TEST_CASE("the preferred language") {
    const auto [accept, expected] = GENERATE(table<std::string_view, std::string>({
        {"", "en"},
        {"*", "en"},
        {"de", "de"},
        {"DE", "de"},
        {"de-AT", "de"},                      // shortened
        {"de-AT, en;q=0.9", "de"},            //
        {"pt", "pt-BR"},                      // a prefix of the offer
        {"pt-br, de;q=0.9", "pt-BR"},         //
        {"en;q=0.5, de;q=0.7", "de"},         //
        {"fr, *;q=0.1, en;q=0", "de"},        //
        {"fr, de;q=0.3", "de"},               //
        {"pt-BR;q=0.1, pt, de;q=0.5", "de"},  // the longest range counts
        {"de, *", "de"},                      // named beats not named
        {"fr", "none"},
        {"d", "none"},
        {"pt-PT", "none"},
        {"en;q=0, de;q=0", "none"},
        {"de;q=x, en;q=0.1", "en"},
        {"de;level=1, en;q=0.1", "en"},
        {";q=1, de", "de"},
    }));
    INFO(accept);
    CHECK(language(accept) == expected);
}

TEST_CASE_METHOD(RequestFixture,
                 "a request's Accept lines are one list; without one the first offer is taken") {
    CHECK(request.accepts({"text/html", "application/json"}) == "text/html");
    CHECK(request.accepts_language({"en", "de"}) == "en");
    header("Accept", "text/html;q=0.1");
    header("Accept-Language", "de");
    header("Accept", "application/json");
    CHECK(request.accepts({"text/html", "application/json"}) == "application/json");
    CHECK(request.accepts_language({"en", "de"}) == "de");
    CHECK_FALSE(request.accepts({"image/png"}));
}

TEST_CASE_METHOD(RequestFixture, "a list of a hundred thousand ranges is read in one pass") {
    std::string list;
    for (int i = 0; i < 100'000; ++i) list += "text/html;q=0.1,\"";
    header("Accept", list);
    CHECK(request.accepts({"text/html"}) == "text/html");
}
