#include "http/trailers.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace patchbay;

namespace {

std::string kept(std::string_view lines) {
    std::string text;
    for (const HeaderField& field : read_trailers(lines))
        text.append(field.name).append("=").append(field.value).append(";");
    return text;
}

}  // namespace

TEST_CASE("trailer fields are read in order, without the white space around their values") {
    CHECK(kept("").empty());
    CHECK(kept("X-A: 1\r\nX-B:\t two words \r\nX-A:\r\n") == "X-A=1;X-B=two words;X-A=;");
    const auto fields = read_trailers("ETag: \"x\"\r\nDigest: a:b\r\n");
    REQUIRE(fields.size() == 2);
    CHECK(fields[0].id == http::field::etag);
    CHECK(fields[1].value == "a:b");
}

TEST_CASE("a field that would change how the message was taken is no trailer") {
    for (const std::string name :
         {"Transfer-Encoding", "content-length", "HOST", "Authorization", "Cookie", "Content-Type",
          "Content-Encoding", "Range", "If-None-Match", "Expect", "TE", "Trailer", "Connection", "Forwarded",
          "X-Forwarded-For", "Cache-Control"}) {
        INFO(name);
        CHECK(kept(name + ": 1\r\nX: 2\r\n") == "X=2;");
    }
}
