#include "test_host.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

using namespace patchbay;

namespace {

bool aborted(const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
}

/// Awaits a long sleep `times` times and counts how many of them were aborted; says when the first has begun.
Task<int> stubborn(int times, std::promise<void>& begun) {
    int count = 0;
    asio::steady_timer timer{co_await this_task::executor};
    asio::post(co_await this_task::executor, [&begun] { begun.set_value(); });
    for (int i = 0; i < times; ++i) {
        try {
            timer.expires_after(1h);
            co_await timer.async_wait(use_task);
        } catch (const boost::system::system_error& error) {
            if (aborted(error)) ++count;
        }
    }
    co_return count;
}

Task<> nested_sleep() { co_await sleep_for(1h); }
Task<std::string> parent_of_sleep(std::promise<void>& begun) {
    asio::post(co_await this_task::executor, [&begun] { begun.set_value(); });
    std::string how = "slept";
    try {
        co_await nested_sleep();
    } catch (const boost::system::system_error& error) {
        how = aborted(error) ? "aborted" : "another error";
    }
    co_return how;
}

/// An operation that completes from within its own cancellation, on the very stack of whoever cancels.
template <class Token>
auto async_until_cancelled(Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code)>(
        [](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            auto kept = std::make_shared<decltype(handler)>(std::move(handler));
            slot.assign([kept, done = false](asio::cancellation_type) mutable {
                if (!std::exchange(done, true)) std::move (*kept)(asio::error::operation_aborted);
            });
        },
        token);
}

Task<> wait_until_cancelled() { co_await async_until_cancelled(use_task); }

Task<std::string> race(std::promise<void>* begun) {
    if (begun) asio::post(co_await this_task::executor, [begun] { begun->set_value(); });
    Task<> rival = sleep_for(begun ? std::chrono::milliseconds{1h} : 1ms);
    const auto winner = co_await when_any(wait_until_cancelled(), std::move(rival));
    co_return winner.index() == 0 ? "cancelled" : "slept";
}

}  // namespace

TEST_CASE("cancelling ends the operation that is waited for, and every later one") {
    test::TestHost host;
    std::promise<void> begun;
    const auto task = host.start(stubborn(3, begun));
    test::get(begun.get_future());
    task->stop();
    CHECK(task->get() == 3);
}

TEST_CASE("a task that is cancelled before it starts runs up to its first await") {
    test::TestHost host;
    std::promise<void> begun;
    const auto task = std::make_shared<test::Running<int>>(stubborn(2, begun), host.executor());
    task->cancelled = true;
    task->begin();
    CHECK(task->get() == 2);
    test::get(begun.get_future());
}

TEST_CASE("cancelling reaches the innermost task, whose exception unwinds the outer ones") {
    test::TestHost host;
    std::promise<void> begun;
    const auto task = host.start(parent_of_sleep(begun));
    test::get(begun.get_future());
    task->stop();
    CHECK(task->get() == "aborted");
}

TEST_CASE("an operation may complete inside its cancellation") {
    test::TestHost host;
    CHECK(host.run(race(nullptr)) == "slept");
    std::promise<void> begun;
    const auto task = host.start(race(&begun));
    test::get(begun.get_future());
    task->stop();
    CHECK_THROWS_AS(task->get(), boost::system::system_error);
    CHECK(host.wait_for_quiet());
}
