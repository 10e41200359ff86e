#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <memory>

using namespace patchbay;

namespace {

Task<int> seven() { co_return 7; }
Task<> nothing() { co_return; }
Task<int> failing() {
    co_await nothing();
    throw std::runtime_error{"as planned"};
}

Task<std::unique_ptr<int>> move_only(std::unique_ptr<int> value) {
    ++*value;
    co_return value;
}

Task<int> sum_down_to_zero(int n) {
    if (n == 0) co_return 0;
    const int rest = co_await sum_down_to_zero(n - 1);
    co_return n + rest;
}

Task<std::uint64_t> many_immediate_awaits(int count) {
    std::uint64_t sum = 0;
    for (int i = 0; i < count; ++i) sum += static_cast<std::uint64_t>(co_await seven());
    co_return sum;
}

#ifndef __clang__  // which says so when it compiles it
Task<std::string> without_co_return() { co_await nothing(); }
#endif

Task<std::string> caught() {
    std::string what;
    try {
        what = std::to_string(co_await failing());
    } catch (const std::runtime_error& error) {
        what = error.what();
    }
    co_return what;
}

Task<std::size_t> allocations_of_one_round() {
    const std::size_t before = test::allocations();
    for (int i = 0; i < 10; ++i) {
        co_await nothing();
        const int value = co_await sum_down_to_zero(5);
        if (value != 15) throw std::logic_error{"wrong sum"};
    }
    co_return test::allocations() - before;
}

Task<std::size_t> allocations_of_the_second_round() {
    const std::size_t first = co_await allocations_of_one_round();
    const std::size_t second = co_await allocations_of_one_round();
    if (first == 0) throw std::logic_error{"allocations are not counted"};
    co_return second;
}

struct Counted {
    explicit Counted(int& alive) : alive_{&alive} { ++*alive_; }
    Counted(const Counted& other) : alive_{other.alive_} { ++*alive_; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*alive_; }

private:
    int* alive_;
};

Task<> holding(Counted) { co_return; }

}  // namespace

TEST_CASE("a task gives its value, or nothing, to whoever awaits it") {
    CHECK(testing::run(seven()) == 7);
    testing::run(nothing());
    CHECK(testing::run(sum_down_to_zero(100)) == 5050);
}

TEST_CASE("a task's value may be move-only") {
    const auto value = testing::run(move_only(std::make_unique<int>(41)));
    REQUIRE(value);
    CHECK(*value == 42);
}

TEST_CASE("an exception reaches the awaiting coroutine, and from the outermost one the caller") {
    CHECK_THROWS_WITH(testing::run(failing()), "as planned");
    CHECK(testing::run(caught()) == "as planned");
}

#ifndef __clang__
TEST_CASE("a coroutine without the co_return that it owes fails") {
    CHECK_THROWS_WITH(testing::run(without_co_return()),
                      "patchbay: a coroutine ended without the co_return that its type asks for");
}
#endif

TEST_CASE("a million immediate awaits need no stack") {
    CHECK(testing::run(many_immediate_awaits(1'000'000)) == 7'000'000);
}

TEST_CASE("frames are pooled: the second round of the same calls allocates nothing") {
    test::TestHost host;
    CHECK(host.run(allocations_of_the_second_round()) == 0);
}

TEST_CASE("a task is lazy, and one that never runs frees its parameters") {
    int alive = 0;
    {
        const Task<> task = holding(Counted{alive});
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

TEST_CASE("a task moves, and leaves an empty one") {
    Task<int> first = seven();
    Task<int> second = std::move(first);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    REQUIRE_FALSE(second.empty());
    first = std::move(second);
    CHECK(testing::run(std::move(first)) == 7);
}
