#include "http/http_date.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using namespace std::chrono_literals;

TEST_CASE("a date in each of the three forms of RFC 9110 is the same moment") {
    const std::chrono::sys_seconds moment{784'111'777s};
    CHECK(format_http_date(moment) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == moment);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == moment);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == moment);
}

TEST_CASE("what is no date is none") {
    const auto text = GENERATE(as<std::string>{}, "", "now", "Sun, 06 Nov 1994 08:49:37",
                               "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT+1",
                               "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT");
    CHECK_FALSE(parse_http_date(text));
}
