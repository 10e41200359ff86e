#include "http/filters/rate_limit.hpp"
#include "request_fixture.hpp"

#include <patchbay/detail/trusted_proxies.hpp>

#include <catch2/catch.hpp>

#include <memory>

using namespace patchbay;
using test::FilterRequest;

namespace {

RateLimitConfig one_an_hour() {
    return {.requests = 1, .per = std::chrono::hours{1}, .burst = 0, .header = {}, .keys = 64};
}

/// One filter, asked by requests that say "X-Forwarded-For".
struct Limit {
    bool passes(const char* peer, std::string_view forwarded_for) {
        FilterRequest request{http::verb::get, {{"X-Forwarded-For", forwarded_for}}};
        request.data().peer = {boost::asio::ip::make_address(peer), 1};
        auto proxies = std::make_shared<detail::TrustedProxies>();
        proxies->add(boost::asio::ip::make_address("10.0.0.0"), 8);
        request.data().trusted_proxies = proxies;
        return !filter.before(request.get());
    }

    RateLimitFilter filter{one_an_hour()};
};

}  // namespace

TEST_CASE("behind a trusted proxy each client has a bucket of its own", "[filters]") {
    Limit limit;
    CHECK(limit.passes("10.0.0.1", "192.0.2.1"));
    CHECK(limit.passes("10.0.0.1", "192.0.2.2"));
    CHECK_FALSE(limit.passes("10.0.0.1", "192.0.2.1"));
    CHECK_FALSE(limit.passes("10.0.0.2", "192.0.2.1"));           // by whatever proxy it comes
    CHECK_FALSE(limit.passes("10.0.0.1", "1.2.3.4, 192.0.2.1"));  // whatever it claims itself
    CHECK_FALSE(limit.passes("192.0.2.1", "192.0.2.9"));
}

TEST_CASE("nobody else's word about a client counts for its bucket", "[filters]") {
    Limit limit;
    CHECK(limit.passes("192.0.2.7", "192.0.2.1"));
    CHECK_FALSE(limit.passes("192.0.2.7", "192.0.2.2"));
    CHECK(limit.passes("10.0.0.1", "192.0.2.2"));
}

TEST_CASE("clients that a trusted proxy hides share its bucket", "[filters]") {
    Limit limit;
    CHECK(limit.passes("10.0.0.1", "unknown"));
    CHECK_FALSE(limit.passes("::ffff:10.0.0.1", "_hidden"));
    CHECK(limit.passes("10.0.0.2", "unknown"));
}
