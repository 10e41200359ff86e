#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <thread>

using namespace patchbay;
using Drop = detail::BlockingJob::Drop;

namespace {

Task<std::string> there_and_back() {
    const std::string there = co_await run_blocking([] { return std::string{thread_name()}; });
    co_return there + " " + std::string{thread_name()};
}
Task<std::unique_ptr<int>> boxed() {
    auto box = co_await run_blocking([] { return std::make_unique<int>(7); });
    co_return box;
}
Task<> without_result(bool& ran) {
    co_await run_blocking([&ran] { ran = true; });
}
Task<int> throwing() {
    const int value = co_await run_blocking([]() -> int { throw std::runtime_error{"as planned"}; });
    co_return value;
}
Task<std::string> how_it_ended(std::atomic<bool>& ran) {
    std::string how = "ran";
    try {
        co_await run_blocking([&ran] { ran = true; });
    } catch (const HttpError& error) {
        how = std::to_string(static_cast<unsigned>(error.status()));
        for (const auto& [name, value] : error.headers()) how += " " + name + ": " + value;
    } catch (const boost::system::system_error& error) {
        how = error.code() == asio::error::operation_aborted ? error.what() : "another error";
    }
    co_return how;
}

Task<std::string> loop_name(std::chrono::milliseconds pause) {
    if (pause.count() > 0) co_await sleep_for(pause);
    co_return std::string{thread_name()};
}
Task<int> failing_on_the_loop() {
    co_await sleep_for(1ms);
    throw std::runtime_error{"on the loop"};
}
Task<std::string> deadlock() {
    std::string what;
    try {
        what = run_until_complete(loop_name(1ms));
    } catch (const std::logic_error& error) {
        what = error.what();
    }
    co_return what;
}
Task<int> add(std::atomic<int>& sum, int value) {
    co_await sleep_for(std::chrono::microseconds{value});
    co_return sum += value;
}

}  // namespace

TEST_CASE("run_blocking runs on an executor thread, and its task goes on on the loop") {
    CHECK(testing::run(there_and_back()).substr(0, 9) == "executor-");
    test::TestHost host;
    CHECK(host.run(there_and_back()) == "executor-0 loop-0");
    CHECK(*host.run(boxed()) == 7);
    bool ran = false;
    host.run(without_result(ran));
    CHECK(ran);
    CHECK_THROWS_WITH(host.run(throwing()), "as planned");
}

TEST_CASE("a full queue is a 503 that says when to try again") {
    test::TestHost host{1, 1, 0};
    std::atomic<bool> ran = false;
    CHECK(host.run(how_it_ended(ran)) == "503 Retry-After: 1");
    CHECK_FALSE(ran);
}

TEST_CASE("a dropped call ends with operation_aborted and says why") {
    test::TestHost host;
    host.pause_executors();
    const auto [reason, words] =
        GENERATE(table<Drop, std::string>({{Drop::cancelled, "cancelled"},
                                           {Drop::deadline_passed, "the deadline passed"},
                                           {Drop::shutting_down, "the server shut down"}}));
    std::atomic<bool> ran = false;
    const auto task = host.start(how_it_ended(ran));
    host.wait_for_queued(1);
    host.drop_queued(reason);
    CHECK_THAT(task->get(), Catch::StartsWith(words + " before the blocking call began"));
    CHECK_FALSE(ran);
}

TEST_CASE("a call whose task is cancelled while it waits for a thread never begins") {
    test::TestHost host;
    host.pause_executors();
    std::atomic<bool> ran = false;
    const auto task = host.start(how_it_ended(ran));
    host.wait_for_queued(1);
    task->stop();
    host.run(loop_name(0ms));  // the loop has passed the cancellation
    host.resume_executors();
    CHECK_THAT(task->get(), Catch::StartsWith("cancelled before"));
    CHECK_FALSE(ran);
}

TEST_CASE("a cancelled task can't begin a call") {
    test::TestHost host;
    std::atomic<bool> ran = false;
    const auto task = std::make_shared<test::Running<std::string>>(how_it_ended(ran), host.executor());
    task->cancelled = true;
    task->begin();
    CHECK_THAT(task->get(), Catch::StartsWith("cancelled before"));
    CHECK_FALSE(ran);
}

TEST_CASE("run_until_complete gives a blocking handler the task's result or exception, from the home loop") {
    test::TestHost host{2};
    CHECK(host.on_executor([] { return run_until_complete(loop_name(1ms)); }) == "loop-0");
    CHECK(host.on_executor([] { return run_until_complete(loop_name(0ms)); }) == "loop-0");
    CHECK_THROWS_WITH(host.on_executor([] { return run_until_complete(failing_on_the_loop()); }),
                      "on the loop");
    CHECK(host.wait_for_quiet());
}

TEST_CASE("run_until_complete on a running loop throws rather than deadlocks") {
    CHECK_THAT(testing::run(deadlock()),
               Catch::StartsWith("run_until_complete() was called from a running event loop"));
}

TEST_CASE("run_until_complete on a thread that runs no handler is a logic error") {
    CHECK_THROWS_AS(run_until_complete(loop_name(0ms)), std::logic_error);
}

TEST_CASE("many threads may wait for tasks of one loop at the same time") {
    test::TestHost host;
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            const detail::LeaseScope scope{&host.block()};
            for (int i = 0; i < 100; ++i) run_until_complete(add(sum, i % 3));
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(sum == 8 * (33 * (0 + 1 + 2) + 0));
    CHECK(host.wait_for_quiet());
}

namespace {

Task<> long_sleep(std::promise<void>& begun) {
    begun.set_value();
    co_await sleep_for(1h);
}
Task<std::string> job_that_waits_for_a_task(std::promise<void>& begun) {
    const auto wait = [&begun] {
        std::string how = "slept";
        try {
            run_until_complete(long_sleep(begun));
        } catch (const boost::system::system_error& error) {
            how = error.code() == asio::error::operation_aborted ? "cancelled" : "another error";
        }
        return how;
    };
    std::string how = co_await run_blocking(wait);
    co_return how;
}
Task<std::chrono::steady_clock::time_point> deadline_of_task() {
    const auto deadline = co_await this_task::deadline;
    co_return deadline;
}
Task<std::chrono::steady_clock::time_point> deadline_across_threads() {
    const auto ask = [] { return run_until_complete(deadline_of_task()); };
    const auto deadline = co_await run_blocking(ask);
    co_return deadline;
}

/// Its only handler goes on until it is told that nobody waits for it.
class Persistent final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.blocking("work", [this](Request& request) { return work(request); }).route("GET /");
    }
    std::atomic<int> stopped{0};

private:
    Response work(Request& request) {
        if (request.cancelled()) return Response::text("too early");
        while (!request.cancelled()) std::this_thread::sleep_for(1ms);
        ++stopped;
        return Response::text("stopped");
    }
};

}  // namespace

TEST_CASE("a task that a job waits for is cancelled with the job's own task") {
    test::TestHost host;
    std::promise<void> begun;
    const auto task = host.start(job_that_waits_for_a_task(begun));
    test::get(begun.get_future());
    task->stop();
    CHECK(task->get() == "cancelled");
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a task's deadline goes with it to an executor thread and back") {
    test::TestHost host;
    const auto deadline = std::chrono::steady_clock::now() + 1h;
    const auto task = std::make_shared<test::Running<std::chrono::steady_clock::time_point>>(
        deadline_across_threads(), host.executor());
    task->deadline = deadline;
    task->begin();
    CHECK(task->get() == deadline);
}

TEST_CASE("a blocking handler can ask whether anybody waits for its answer") {
    testing::App<Persistent> app{nlohmann::json::object(), {.request_limit = 50ms}};
    CHECK_THROWS_WITH(app.get("/"), Catch::Contains("no answer"));
    CHECK(test::eventually([&] { return app.plugin().stopped == 1; }));
    app.close();
}
