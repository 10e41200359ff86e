#include "http/filters/rate_limit.hpp"
#include "http/filters/token_buckets.hpp"
#include "request_fixture.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <random>
#include <thread>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

constexpr TokenBuckets::Clock::time_point start{1h};

int taken(TokenBuckets& buckets, std::uint64_t key, TokenBuckets::Clock::time_point at, int tries) {
    int count = 0;
    for (; tries > 0; --tries) count += buckets.take(key, at) ? 0 : 1;
    return count;
}

}  // namespace

TEST_CASE("SipHash gives the values of its reference", "[filters]") {
    const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string bytes;
    for (char c = 0; c < 15; ++c) bytes += c;
    CHECK(siphash(key, bytes) == 0xa129ca6149be45e5);
    CHECK(siphash(key, "") == 0x726fdb47dd0e0e31);
    CHECK(siphash(key, std::string_view{bytes}.substr(0, 8)) == 0x93f5f5799a932462);
}

TEST_CASE("a bucket gives what it holds, and fills evenly", "[filters]") {
    TokenBuckets buckets{{10, 1s, 5}, 64, start};
    CHECK(taken(buckets, 7, start, 20) == 5);
    CHECK(taken(buckets, 7, start + 99ms, 20) == 0);
    CHECK(taken(buckets, 7, start + 101ms, 20) == 1);
    CHECK(taken(buckets, 7, start + 410ms, 20) == 3);
    CHECK(taken(buckets, 7, start + 1h, 20) == 5);
    const auto wait = buckets.take(7, start + 1h);
    REQUIRE(wait);
    CHECK(*wait > 99ms);
    CHECK(*wait < 101ms);
}

TEST_CASE("keys have buckets of their own", "[filters]") {
    TokenBuckets buckets{{1, 1h, 1}, 1024, start};
    std::mt19937_64 random{1};
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t key = random();
        CHECK(taken(buckets, key, start + 1ms, 3) == 1);
    }
}

TEST_CASE("a flood of keys takes the place of those that wait least", "[filters]") {
    TokenBuckets buckets{{100, 1s, 100}, 64, start};
    CHECK(taken(buckets, 1, start, 200) == 100);
    std::mt19937_64 random{2};
    for (int i = 0; i < 100'000; ++i) CHECK(taken(buckets, random(), start, 1) == 1);
    CHECK(taken(buckets, 1, start, 200) == 0);  // owes the most of its set, so it stays
}

TEST_CASE("rates from the slowest to the fastest hold", "[filters]") {
    for (const auto& [tokens, per] : {std::pair<std::size_t, std::chrono::nanoseconds>{1, 24h},
                                      {7, 1min},
                                      {1000, 1s},
                                      {50'000, 1s},
                                      {1'000'000, 24h}}) {
        INFO(tokens << " in " << per.count());
        TokenBuckets buckets{{tokens, per, 1}, 64, start};
        REQUIRE(!buckets.take(1, start));
        const auto interval = per / static_cast<std::int64_t>(tokens);
        CHECK(buckets.take(1, start + interval * 998 / 1000));
        CHECK(!buckets.take(1, start + interval * 1002 / 1000));
    }
}

TEST_CASE("loops share the tokens of a bucket", "[filters]") {
    TokenBuckets buckets{{1, 1h, 1000}, 64, start};
    CHECK(taken(buckets, 9, start, 1) == 1);
    std::atomic<int> count{1};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { count += taken(buckets, 9, start, 1000); });
    for (std::thread& thread : threads) thread.join();
    CHECK(count == 1000);
}

TEST_CASE("clients beyond their rate are told when to come again", "[filters]") {
    const RateLimitFilter filter{{.requests = 1, .per = 1h, .burst = 0, .header = "X-Api-Key", .keys = 64}};
    test::FilterRequest first{http::verb::get, {{"X-Api-Key", "one"}}};
    test::FilterRequest second{http::verb::get, {{"X-Api-Key", "two"}}};
    test::FilterRequest without{http::verb::get, {}};
    CHECK(!filter.before(first.get()));
    CHECK(!filter.before(second.get()));
    CHECK(!filter.before(without.get()));
    const auto refused = filter.before(first.get());
    REQUIRE(refused);
    CHECK(refused->status() == http::status::too_many_requests);
    CHECK(refused->find_header("Retry-After") == "3600");
    CHECK(filter.before(without.get()));
}

TEST_CASE("an IPv6 client is its network of 64 bits", "[filters]") {
    const RateLimitFilter filter{{.requests = 1, .per = 1h, .burst = 0, .header = {}, .keys = 64}};
    const auto asks = [&](const char* address) {
        test::FilterRequest request{http::verb::get, {}};
        request.data().peer.address(boost::asio::ip::make_address(address));
        return !filter.before(request.get());
    };
    CHECK(asks("2001:db8:0:1::1"));
    CHECK_FALSE(asks("2001:db8:0:1:ffff::2"));
    CHECK(asks("2001:db8:0:2::1"));
    CHECK(asks("192.0.2.1"));
    CHECK_FALSE(asks("::ffff:192.0.2.1"));
    CHECK(asks("192.0.2.2"));
}
