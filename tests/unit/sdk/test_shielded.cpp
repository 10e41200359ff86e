// What a task's cancellation and deadline must not reach.
#include "test_host.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <atomic>

using namespace patchbay;

namespace {

using Clock = std::chrono::steady_clock;

/// What a test lets end, from any thread.
struct Gate {
    std::atomic<bool> open{false};
    std::promise<void> reached;

    Task<int> pass() {
        reached.set_value();
        while (!open) co_await sleep_for(1ms);
        co_return 7;
    }
};

Task<std::string> saving(Gate& gate) {
    std::string how = std::to_string(co_await shielded(gate.pass()));
    try {
        co_await sleep_for(1h);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) how += " and then cancelled";
    }
    co_return how;
}

Task<> failing_write() {
    co_await sleep_for(1ms);
    throw std::runtime_error{"disk full"};
}
Task<> saving_in_vain() { co_await shielded(failing_write()); }

Task<int> at_once() { co_return 1; }
Task<int> adding() {
    int sum = 0;
    for (int i = 0; i < 100'000; ++i) sum += co_await shielded(at_once());
    co_return sum;
}

Task<Clock::time_point> own_deadline() {
    const Clock::time_point deadline = co_await this_task::deadline;
    co_return deadline;
}
Task<Clock::time_point> shielded_deadline() {
    const Clock::time_point deadline = co_await shielded(own_deadline());
    co_return deadline;
}

Task<int> job() {
    auto call = [] { return 3; };
    const int result = co_await run_blocking(call);
    co_return result;
}
Task<int> shielded_job() {
    const int result = co_await shielded(job());
    co_return result;
}

/// Starts a task that has a deadline.
template <class T>
auto start_with_deadline(test::TestHost& host, Task<T> task, Clock::time_point deadline) {
    const auto running = std::make_shared<test::Running<T>>(std::move(task), host.executor());
    running->deadline = deadline;
    running->begin();
    return running;
}

}  // namespace

TEST_CASE("a shielded task runs to its end, and its parent is cancelled thereafter") {
    test::TestHost host;
    Gate gate;
    const auto task = host.start(saving(gate));
    test::get(gate.reached.get_future());
    task->stop();
    gate.open = true;
    CHECK(task->get() == "7 and then cancelled");
    CHECK(host.wait_for_quiet());
}

TEST_CASE("what was cancelled before can still be put right") {
    test::TestHost host;
    Gate gate;
    gate.open = true;
    const auto task = std::make_shared<test::Running<std::string>>(saving(gate), host.executor());
    task->cancelled = true;
    task->begin();
    CHECK(task->get() == "7 and then cancelled");
}

TEST_CASE("a shielded task's exception is its parent's") {
    test::TestHost host;
    CHECK_THROWS_WITH(host.run(saving_in_vain()), "disk full");
    CHECK_THROWS_AS(host.run(shielded(Task<>{})), std::logic_error);
}

TEST_CASE("shielded tasks that end at once don't pile up") {
    test::TestHost host;
    CHECK(host.run(adding()) == 100'000);
}

TEST_CASE("a task knows its deadline, and a shielded one has none") {
    test::TestHost host;
    const auto deadline = Clock::now() + 1h;
    CHECK(start_with_deadline(host, own_deadline(), deadline)->get() == deadline);
    CHECK(start_with_deadline(host, shielded_deadline(), deadline)->get() == Clock::time_point::max());
    CHECK(host.run(own_deadline()) == Clock::time_point::max());
}

TEST_CASE("a blocking call that is late is dropped, but not behind a shield") {
    test::TestHost host;
    const auto late = Clock::now() - 1s;
    CHECK_THROWS_AS(start_with_deadline(host, job(), late)->get(), boost::system::system_error);
    CHECK(start_with_deadline(host, shielded_job(), late)->get() == 3);
}
