#include "http/filters/auth.hpp"
#include "request_fixture.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using http::status;
using http::verb;
using test::FilterRequest;

namespace {

// printf token | sha256sum.
const std::string token_digest = "sha256:3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0";

Secrets users() { return {{"alice", "plain:open sesame"}, {"bob", "plain:pass:word"}}; }

status asked(const Filter& filter, std::string_view authorization) {
    FilterRequest request{verb::get, {{"Authorization", authorization}}};
    const auto answer = filter.before(request.get());
    return answer ? answer->status() : status::ok;
}

}  // namespace

TEST_CASE("base64 is decoded strictly", "[filters]") {
    CHECK(decode_base64("YWxpY2U6eA==") == "alice:x");
    CHECK(decode_base64("YWI6Yw==") == "ab:c");
    CHECK(decode_base64("YTpi") == "a:b");
    for (const char* wrong : {"", "YTp", "YTpi=", "YTp*", "YT=i", "====", "YTpi\n"}) {
        INFO(wrong);
        CHECK(decode_base64(wrong).value_or("").find(':') == std::string::npos);
    }
}

TEST_CASE("a user is let in by name and password alone", "[filters]") {
    const BasicAuthFilter filter{{"the vault", users(), {}}};
    CHECK(asked(filter, "Basic YWxpY2U6b3BlbiBzZXNhbWU=") == status::ok);        // alice:open sesame
    CHECK(asked(filter, "bAsIc  YWxpY2U6b3BlbiBzZXNhbWU=") == status::ok);       // RFC 9110 §11.1
    CHECK(asked(filter, "Basic Ym9iOnBhc3M6d29yZA==") == status::ok);            // bob:pass:word
    CHECK(asked(filter, "Basic Ym9iOm9wZW4gc2VzYW1l") == status::unauthorized);  // bob:open sesame
    CHECK(asked(filter, "Basic YWxpY2U6") == status::unauthorized);              // alice:
    CHECK(asked(filter, "Basic Og==") == status::unauthorized);                  // :
    CHECK(asked(filter, "Basic YWxpY2U=") == status::unauthorized);              // alice
    CHECK(asked(filter, "Basic") == status::unauthorized);
    CHECK(asked(filter, "Bearer YWxpY2U6b3BlbiBzZXNhbWU=") == status::unauthorized);
    FilterRequest nobody{verb::get, {}};
    const auto answer = filter.before(nobody.get());
    REQUIRE(answer);
    CHECK(answer->find_header("WWW-Authenticate") == "Basic realm=\"the vault\", charset=\"UTF-8\"");
}

TEST_CASE("without users nobody is let in", "[filters]") {
    const BasicAuthFilter filter{{"r", {}, {}}};
    CHECK(asked(filter, "Basic Og==") == status::unauthorized);
    CHECK(asked(BearerAuthFilter{{"r", {}, {}}}, "Bearer x") == status::unauthorized);
}

TEST_CASE("a digest with a salt is of both together", "[filters]") {
    const Credentials credentials{{{"a", token_digest}, {"b", "sha256:to:" + token_digest.substr(7)}}};
    CHECK(credentials.accepts("a", "token"));
    CHECK(credentials.accepts("b", "ken"));
    CHECK(!credentials.accepts("b", "token"));
    CHECK(!credentials.accepts("c", "token"));
    CHECK(credentials.accepts("token"));
    CHECK(credentials.accepts("ken"));
    CHECK(!credentials.accepts("toke"));
}

TEST_CASE("a bearer token is asked for, and a wrong one is called so", "[filters]") {
    const BearerAuthFilter filter{{"api", {{"ci", token_digest}}, {}}};
    CHECK(asked(filter, "Bearer token") == status::ok);
    FilterRequest none{verb::get, {}};
    CHECK(filter.before(none.get())->find_header("WWW-Authenticate") == "Bearer realm=\"api\"");
    FilterRequest wrong{verb::get, {{"Authorization", "Bearer tokens"}}};
    CHECK(filter.before(wrong.get())->find_header("WWW-Authenticate") ==
          "Bearer realm=\"api\", error=\"invalid_token\"");
}
