#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <memory>

using namespace patchbay;

namespace {

template <class T>
Task<T> after(std::chrono::milliseconds pause, T value) {
    co_await sleep_for(pause);
    co_return value;
}
Task<std::unique_ptr<int>> boxed(int value) {
    auto box = std::make_unique<int>(value);
    co_return box;
}
Task<int> failing_after(std::chrono::milliseconds pause, std::string what) {
    co_await sleep_for(pause);
    throw std::runtime_error{what};
}
Task<int> failing_at_once() {
    throw std::runtime_error{"at once"};
    co_return 0;
}
/// Sleeps for an hour; notes that it was told to stop.
Task<int> sleeper(int& stopped) {
    try {
        co_await sleep_for(1h);
    } catch (const boost::system::system_error&) {
        ++stopped;
        throw;
    }
    co_return 0;
}
Task<> void_sleeper(int& stopped) { co_await sleeper(stopped); }

Task<std::tuple<int, std::string, std::monostate>> three_at_once() {
    auto all = co_await when_all(after(3ms, 1), after(1ms, std::string{"two"}), sleep_for(1ms));
    co_return all;
}

Task<std::string> all_with_a_failure(int& stopped) {
    std::string what;
    try {
        co_await when_all(sleeper(stopped), failing_after(1ms, "first to fail"), sleeper(stopped));
    } catch (const std::exception& error) {
        what = error.what();
    }
    co_return what;
}

Task<std::vector<int>> repeated(int count) {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(after(std::chrono::milliseconds{count - i}, i));
    auto all = co_await when_all(std::move(tasks));
    co_return all;
}

Task<> many_with_an_early_failure(int& stopped) {
    std::vector<Task<int>> tasks;
    tasks.push_back(failing_at_once());
    tasks.push_back(sleeper(stopped));
    co_await when_all(std::move(tasks));
}

Task<> parent_of_a_group(int& stopped, std::promise<void>& begun) {
    asio::post(co_await this_task::executor, [&begun] { begun.set_value(); });
    std::vector<Task<>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(void_sleeper(stopped));
    co_await when_all(std::move(tasks));
}

/// Cancels the whole chain while the group is still starting its branches.
Task<> cancel_parent(detail::TaskContext& parent) {
    parent.cancel();
    co_return;
}
Task<> group_cancelled_while_it_starts(int& stopped) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    co_await when_all(void_sleeper(stopped), cancel_parent(context));
}

Task<std::string> any_of(Task<int> first, Task<std::string> second) {
    auto winner = co_await when_any(std::move(first), std::move(second));
    if (winner.index() == 0) co_return "first " + std::to_string(std::get<0>(winner));
    co_return "second " + std::get<1>(winner);
}

Task<> limited_sleep() { co_await with_timeout(sleep_for(1h), 1ms); }
Task<> parent_of_a_timeout(std::promise<void>& begun) {
    asio::post(co_await this_task::executor, [&begun] { begun.set_value(); });
    co_await with_timeout(sleep_for(1h), 2h);
}

}  // namespace

TEST_CASE("when_all gives every result, in the order of its arguments") {
    CHECK(testing::run(three_at_once()) == std::tuple{1, std::string{"two"}, std::monostate{}});
    CHECK(testing::run(repeated(5)) == std::vector{0, 1, 2, 3, 4});
    const auto boxes = testing::run(when_all(boxed(1), boxed(2)));
    CHECK(*std::get<1>(boxes) == 2);
}

TEST_CASE("when_all of nothing ends at once") {
    CHECK(testing::run(repeated(0)).empty());
    testing::run(when_all(std::vector<Task<>>{}));
}

TEST_CASE("a failure in when_all cancels the siblings and is thrown once all have ended") {
    int stopped = 0;
    CHECK(testing::run(all_with_a_failure(stopped)) == "first to fail");
    CHECK(stopped == 2);
}

TEST_CASE("a branch that fails while the others start cancels those too") {
    int stopped = 0;
    CHECK_THROWS_WITH(testing::run(many_with_an_early_failure(stopped)), "at once");
    CHECK(stopped == 1);
}

TEST_CASE("when_any gives the first result and stops the other") {
    int stopped = 0;
    CHECK(testing::run(any_of(sleeper(stopped), after(1ms, std::string{"b"}))) == "second b");
    CHECK(stopped == 1);
    CHECK(testing::run(any_of(after(0ms, 7), after(1h, std::string{}))) == "first 7");
    CHECK_THROWS_WITH(testing::run(any_of(failing_after(1ms, "lost"), after(1h, std::string{}))), "lost");
}

TEST_CASE("with_timeout gives the result in time, the exception in time, or TimedOut") {
    CHECK(testing::run(with_timeout(after(1ms, 7), 1h)) == 7);
    CHECK_THROWS_WITH(testing::run(with_timeout(failing_after(1ms, "mine"), 1h)), "mine");
    CHECK_THROWS_AS(testing::run(limited_sleep()), TimedOut);
    int stopped = 0;
    CHECK_THROWS_AS(testing::run(with_timeout(sleeper(stopped), 1ms)), TimedOut);
    CHECK(stopped == 1);
}

TEST_CASE("cancelling a task that waits for a group cancels every branch") {
    test::TestHost host;
    int stopped = 0;
    std::promise<void> begun;
    const auto task = host.start(parent_of_a_group(stopped, begun));
    test::get(begun.get_future());
    task->stop();
    CHECK_THROWS_AS(task->get(), boost::system::system_error);
    CHECK(stopped == 5);
}

TEST_CASE("cancelling a task inside with_timeout is no timeout") {
    test::TestHost host;
    std::promise<void> begun;
    const auto task = host.start(parent_of_a_timeout(begun));
    test::get(begun.get_future());
    task->stop();
    CHECK_THROWS_AS(task->get(), boost::system::system_error);
}

TEST_CASE("a group learns of a cancellation that comes while it starts its branches") {
    test::TestHost host;
    int stopped = 0;
    CHECK_THROWS_AS(host.run(group_cancelled_while_it_starts(stopped)), boost::system::system_error);
    CHECK(stopped == 1);
}
