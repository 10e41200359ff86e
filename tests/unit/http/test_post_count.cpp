#include "http/post_count.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace patchbay;

TEST_CASE("an owner without posts does not wait, and the last post tells one that does") {
    PostCount posts;
    CHECK(posts.none());
    CHECK_FALSE(posts.wait());
    posts.begin();
    posts.begin();
    CHECK_FALSE(posts.none());
    CHECK_FALSE(posts.end());
    CHECK(posts.wait());
    posts.begin();  // one more while it waits
    CHECK_FALSE(posts.end());
    CHECK(posts.end());
    CHECK(posts.none());
    CHECK_FALSE(posts.wait());
    posts.begin();
    CHECK_FALSE(posts.end());  // nobody waits any more
}

TEST_CASE("of posts that end on other threads exactly one tells the owner, if it waits at all") {
    for (int round = 0; round < 500; ++round) {
        PostCount posts;
        std::atomic<int> told{0};
        for (int i = 0; i < 3; ++i) posts.begin();
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) threads.emplace_back([&] { told += posts.end() ? 1 : 0; });
        const bool waits = posts.wait();
        for (std::thread& thread : threads) thread.join();
        REQUIRE(told == (waits ? 1 : 0));
        REQUIRE(posts.none());
    }
}
