#include "fanout.hpp"
#include "upstream.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

using namespace patchbay;
using fanout::Upstream;
using nlohmann::json;
using App = testing::App<fanout::Fanout>;

namespace {

// No test waits for it: it only has to be longer than a call takes on a busy machine.
const json patient{{"timeout", "30s"}};

testing::Options long_request_limit() {
    testing::Options options;
    options.plugin = "fanout";
    options.request_limit = 60s;
    return options;
}

std::string encoded(std::string_view url) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : url) {
        out += '%';
        out += digits[c >> 4];
        out += digits[c & 15];
    }
    return out;
}

Response ask(App& app, const std::vector<std::string>& urls) {
    std::string target = "/fanout";
    for (const std::string& url : urls) target += (target.back() == 't' ? "?url=" : "&url=") + encoded(url);
    return app.get(target);
}

json results(const Response& response) {
    INFO(response.body());
    REQUIRE(response.status() == http::status::ok);
    return json::parse(response.body()).at("results");
}

std::string detail_of(const Response& response) { return json::parse(response.body()).at("detail"); }

TEST_CASE("each answer is reported in the order of the URLs, however it is framed") {
    const Upstream upstream;
    App app{patient, long_request_limit()};
    const auto host_bytes = ("127.0.0.1:" + std::to_string(upstream.port())).size();
    const json found =
        results(ask(app, {upstream.url("/ok"), upstream.url("/missing"), upstream.url("/chunked"),
                          upstream.url("/until-close"), upstream.url("/host")}));
    REQUIRE(found.size() == 5);
    CHECK(found[0].at("url") == upstream.url("/ok"));
    CHECK(found[0].at("status") == 200);
    CHECK(found[0].at("bytes") == 2);
    CHECK(found[0].at("milliseconds") >= 0);
    CHECK(found[1].at("status") == 404);
    CHECK(found[1].at("bytes") == 7);
    CHECK(found[2].at("bytes") == 2);
    CHECK(found[3].at("bytes") == 2);
    CHECK(found[4].at("bytes") == host_bytes);
    CHECK(upstream.requests() == 5);
}

TEST_CASE("the calls run at once: each of four is answered only when all have arrived") {
    const Upstream upstream;
    App app{patient, long_request_limit()};
    const std::string meet = upstream.url("/meet");
    for (const json& result : results(ask(app, {meet, meet, meet, meet}))) CHECK(result.at("status") == 200);
}

TEST_CASE("a call that fails is reported, and the others go on") {
    const Upstream upstream;
    App app{{{"timeout", "30s"}, {"max_body", 4999}}, long_request_limit()};
    const std::string nobody = "http://127.0.0.1:" + std::to_string(fanout::closed_port());
    const json found = results(ask(app, {nobody, upstream.url("/garbage"), upstream.url("/cut"),
                                         upstream.url("/large"), upstream.url("/ok")}));
    const std::string server = "GET " + upstream.url("") + ": ";
    CHECK(found[0].at("error") == "GET " + nobody + ": can't connect: Connection refused");
    CHECK(found[1].at("error") == server + "the answer is no HTTP/1 response: bad version");
    CHECK(found[2].at("error") == server + "the connection ended in the middle of the answer");
    CHECK(found[3].at("error") == server + "the answer's body is larger than 4999 bytes");
    for (int i = 0; i < 4; ++i) CHECK_FALSE(found[i].contains("status"));
    CHECK(found[4].at("status") == 200);
    CHECK_FALSE(found[4].contains("error"));
}

TEST_CASE("a body as large as the limit passes") {
    const Upstream upstream;
    App app{{{"timeout", "30s"}, {"max_body", 5000}}, long_request_limit()};
    CHECK(results(ask(app, {upstream.url("/large")}))[0].at("bytes") == 5000);
}

TEST_CASE("a call over the deadline is reported and hung up, and the others go on") {
    Upstream upstream;
    auto hung_up = upstream.hung_up();
    App app{{{"timeout", "300ms"}}, long_request_limit()};
    const json found = results(ask(app, {upstream.url("/never"), upstream.url("/ok")}));
    CHECK(found[0].at("error") == "GET " + upstream.url("") + ": no complete answer within 300 ms");
    CHECK(found[0].at("milliseconds") >= 300);
    CHECK(found[1].at("status") == 200);
    CHECK(hung_up.wait_for(10s) == std::future_status::ready);
    CHECK(app.leases() == 0);
}

TEST_CASE("a redirect is reported, not followed") {
    const Upstream upstream;
    App app{patient, long_request_limit()};
    CHECK(results(ask(app, {upstream.url("/away")}))[0].at("status") == 302);
    CHECK(upstream.requests() == 1);
}

TEST_CASE("one URL that is refused, and nothing is called") {
    const Upstream upstream;
    App app{{{"max_calls", 2}}, long_request_limit()};
    const std::string good = upstream.url("/ok");
    const auto refused = [&](const std::string& bad) { return ask(app, {good, bad}); };

    CHECK(refused("http://192.0.2.1/").status() == http::status::forbidden);
    CHECK(detail_of(refused("http://192.0.2.1:81/")) == "calls to '192.0.2.1:81' are not allowed");
    CHECK(refused("http://169.254.169.254/latest/meta-data/").status() == http::status::forbidden);
    CHECK(refused("ftp://127.0.0.1/").status() == http::status::bad_request);
    CHECK_THAT(detail_of(refused("nonsense")),
               Catch::StartsWith("can't call 'nonsense': the URL is not complete"));
    CHECK(detail_of(ask(app, {good, good, good})) == "at most 2 URLs at once");
    CHECK(app.get("/fanout").status() == http::status::bad_request);
    CHECK(app.get("/fanout?uri=" + encoded(good)).status() == http::status::bad_request);
    CHECK(upstream.requests() == 0);
    CHECK(ask(app, {good, good}).status() == http::status::ok);
}

std::string refusal(const json& settings) {
    try {
        App app{settings, long_request_limit()};
    } catch (const std::exception& error) {
        return error.what();
    }
    return "accepted";
}

TEST_CASE("settings that make no sense refuse the plugin") {
    CHECK(refusal({{"allow", "localhost"}}) ==
          "settings.fanout.allow must be a list of hosts, not \"localhost\"");
    CHECK(refusal({{"allow", {1}}}) == "settings.fanout.allow must be a list of hosts, not [1]");
    CHECK(refusal({{"allow", {"a b"}}}) ==
          "settings.fanout.allow must be a list of hosts: 'a b' is no host and no host:port, not [\"a b\"]");
    CHECK(refusal({{"timeout", "0s"}}) == "settings.fanout.timeout must be from 1ms to 1m, not \"0s\"");
    CHECK(refusal({{"max_calls", 65}}) == "settings.fanout.max_calls must be from 1 to 64, not 65");
    CHECK(refusal({{"max_body", 0}}).starts_with("settings.fanout.max_body must be"));
    CHECK(refusal({{"allow", {"127.0.0.1:8080"}}, {"timeout", "1m"}, {"max_calls", 64}}) == "accepted");
}

}  // namespace
