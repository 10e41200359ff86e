// The pinned executor, and what it promises a plugin about leases, on one loop and on several.
#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <atomic>

using namespace patchbay;

namespace {

Task<std::size_t> allocations_of_type_erasing() {
    const LoopExecutor executor = co_await this_task::executor;
    const std::size_t before = test::allocations();
    const asio::any_io_executor erased{executor};
    const asio::any_io_executor copy{erased};
    if (copy != erased) throw std::logic_error{"a copy differs"};
    co_return test::allocations() - before;
}

asio::awaitable<void> library_wait(std::promise<void>& begun, asio::steady_timer*& timer) {
    asio::steady_timer mine{co_await asio::this_coro::executor, 1h};
    timer = &mine;
    begun.set_value();
    boost::system::error_code error;
    co_await mine.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

Task<> start_library_coroutine(std::promise<void>& begun, asio::steady_timer*& timer) {
    asio::co_spawn(co_await this_task::executor, library_wait(begun, timer), asio::detached);
}

/// Counts the leases at the moment it is destroyed.
struct LeaseProbe {
    detail::LeaseBlock* block;
    std::shared_ptr<std::promise<long>> seen = std::make_shared<std::promise<long>>();
    LeaseProbe(detail::LeaseBlock& counted) : block{&counted} {}
    LeaseProbe(LeaseProbe&&) = default;
    ~LeaseProbe() {
        if (seen) seen->set_value(block->count());
    }
    void operator()() const {}
};

Task<> callback_that_logs(std::promise<void>& done) {
    auto timer = std::make_shared<asio::steady_timer>(co_await this_task::executor, 1ms);
    timer->async_wait([timer, &done](boost::system::error_code) {
        log_info("from a callback on ", thread_name(), ' ', 7, ' ', true);
        done.set_value();
    });
}

Task<std::string> where(std::chrono::milliseconds pause) {
    co_await sleep_for(pause);
    const auto loop = event_loop();
    co_return loop ? std::string{loop->name()} : "no loop";
}
Task<> sleep_long() { co_await sleep_for(1h); }

}  // namespace

TEST_CASE("any_io_executor holds a LoopExecutor without an allocation") {
    test::TestHost host;
    CHECK(host.run(allocations_of_type_erasing()) == 0);
}

TEST_CASE("executors are equal when loop, lease and blocking property are") {
    test::TestHost host{2};
    const LoopExecutor executor = host.executor(0);
    CHECK(executor == host.executor(0));
    CHECK(executor != host.executor(1));
    CHECK(executor != asio::require(executor, asio::execution::blocking.never));
    CHECK(executor == asio::require(asio::require(executor, asio::execution::blocking.never),
                                    asio::execution::blocking.possibly));
    CHECK_FALSE(executor.running_in_this_thread());
}

TEST_CASE("a library's co_spawn on the executor keeps the generation pinned") {
    test::TestHost host;
    std::promise<void> begun;
    asio::steady_timer* timer = nullptr;
    host.run(start_library_coroutine(begun, timer));
    test::get(begun.get_future());
    CHECK(host.block().count() > 1);
    asio::post(host.loop(), [&timer] { timer->cancel(); });
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a posted function is destroyed before its lease is given back") {
    test::TestHost host;
    LeaseProbe probe{host.block()};
    auto seen = probe.seen->get_future();
    asio::post(host.executor(), std::move(probe));
    CHECK(test::get(std::move(seen)) > 1);
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a plain callback on the executor logs under the plugin's name") {
    test::TestHost host;
    std::promise<void> done;
    host.run(callback_that_logs(done));
    test::get(done.get_future());
    CHECK(host.log_lines() == std::vector<std::string>{"1 tested: from a callback on loop-0 7 true"});
    CHECK(host.wait_for_quiet());
}

TEST_CASE("event_loop() names the running loop, and is nothing on any other thread") {
    test::TestHost host{2};
    CHECK(host.run(where(0ms), 0) == "loop-0");
    CHECK(host.run(where(1ms), 1) == "loop-1");
    CHECK(host.on_executor([] { return event_loop().has_value() ? "a loop" : std::string{thread_name()}; }) ==
          "executor-0");
    CHECK_FALSE(event_loop().has_value());
    CHECK(thread_name().empty());
}

TEST_CASE("shutdown: cancelling every task in flight on every loop brings all leases back") {
    test::TestHost host{3};
    std::vector<std::shared_ptr<test::Running<void>>> tasks;
    for (unsigned i = 0; i < 300; ++i) tasks.push_back(host.start(sleep_long(), i % 3));
    for (unsigned i = 0; i < 3; ++i) CHECK(host.block(i).count() >= 100);
    for (const auto& task : tasks) task->stop();
    for (const auto& task : tasks) CHECK_THROWS_AS(task->get(), boost::system::system_error);
    CHECK(host.wait_for_quiet());
}

TEST_CASE("blocking calls from several threads meet tasks of several loops") {
    test::TestHost host{2, 2};
    std::atomic<int> on_home_loop = 0;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            const detail::LeaseScope scope{&host.block(t % 2)};
            for (int i = 0; i < 50; ++i)
                if (run_until_complete(where(0ms)) == "loop-0") ++on_home_loop;
        });
    }
    for (int i = 0; i < 50; ++i) CHECK(host.run(where(0ms), 1) == "loop-1");
    for (std::thread& thread : threads) thread.join();
    CHECK(on_home_loop == 200);
    CHECK(host.wait_for_quiet());
}
