#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace patchbay;

namespace {

Task<> signalling(std::promise<std::string>& done) {
    co_await sleep_for(1ms);
    done.set_value(std::string{thread_name()});
}
Task<> spawning(std::promise<std::string>& done) {
    spawn(signalling(done));
    co_return;
}
Task<> fails_later(bool standard) {
    co_await sleep_for(1ms);
    if (standard) throw std::runtime_error{"as planned"};
    throw 7;
}
Task<> fails_at_once() {
    throw std::runtime_error{"at once"};
    co_return;
}
Task<> spawning_failures() {
    spawn(fails_later(true));
    spawn(fails_later(false));
    spawn(fails_at_once());
    co_return;
}
/// Runs until it is cancelled, and then says so.
Task<> endless(std::promise<void>& begun, std::promise<void>& ended) {
    begun.set_value();
    try {
        for (;;) co_await sleep_for(1ms);
    } catch (const boost::system::system_error&) {
        ended.set_value();
        throw;
    }
}
Task<> spawning_endless(std::promise<void>& begun, std::promise<void>& ended) {
    spawn(endless(begun, ended));
    co_return;
}
Task<> spawning_while_serving(std::promise<void>& begun, std::promise<void>& ended) {
    spawn_while_serving(endless(begun, ended));
    co_return;
}

}  // namespace

TEST_CASE("a spawned task runs on its loop and holds a lease until it ends") {
    test::TestHost host;
    std::promise<void> begun;
    std::promise<void> ended;
    host.run(spawning_endless(begun, ended));
    test::get(begun.get_future());
    CHECK(host.block().count() > 1);
    host.generation().cancel_outside();
    test::get(ended.get_future());
    CHECK(host.wait_for_quiet());
    CHECK(host.generation().outside == nullptr);
    CHECK(host.log_lines().empty());  // being cancelled is no failure
}

TEST_CASE("what is spawned once the generation is stopping is cancelled from its beginning") {
    test::TestHost host;
    std::promise<void> begun;
    std::promise<void> ended;
    host.generation().cancel_outside();
    host.run(spawning_endless(begun, ended));
    test::get(ended.get_future());
    CHECK(host.wait_for_quiet());
}

TEST_CASE("what is spawned while the generation begins to stop is cancelled, whichever was first") {
    test::TestHost host;
    for (int i = 0; i < 300; ++i) {
        std::promise<void> begun;
        std::promise<void> ended;
        std::atomic<bool> go = false;
        std::thread stopper{[&] {
            while (!go) std::this_thread::yield();
            host.generation().cancel_outside();
        }};
        host.on_executor([&] {
            go = true;
            spawn(endless(begun, ended));
        });
        stopper.join();
        test::get(ended.get_future());
        REQUIRE(host.wait_for_quiet());
        host.generation().stopping = false;
    }
}

TEST_CASE("what is spawned while serving ends with that, and other tasks go on") {
    test::TestHost host;
    std::promise<void> begun[2];
    std::promise<void> ended[2];
    host.run(spawning_endless(begun[0], ended[0]));
    host.run(spawning_while_serving(begun[1], ended[1]));
    for (std::promise<void>& each : begun) test::get(each.get_future());
    host.generation().end_serving();
    test::get(ended[1].get_future());
    std::promise<void> late_begun;
    std::promise<void> late_ended;
    host.run(spawning_while_serving(late_begun, late_ended));  // and one that comes too late at once
    test::get(late_ended.get_future());
    std::future<void> other = ended[0].get_future();
    CHECK(other.wait_for(20ms) == std::future_status::timeout);
    host.generation().cancel_outside();
    test::get(std::move(other));
    CHECK(host.wait_for_quiet());
    CHECK(host.log_lines().empty());
}

TEST_CASE("a task that a blocking handler begins to wait for when the generation is stopping is cancelled") {
    test::TestHost host;
    std::promise<void> begun;
    std::promise<void> ended;
    host.generation().cancel_outside();
    host.on_executor(
        [&] { CHECK_THROWS_AS(run_until_complete(endless(begun, ended)), boost::system::system_error); });
    CHECK(host.wait_for_quiet());
    // stop() may take its time to say farewell.
    host.generation().ending = true;
    std::promise<std::string> done;
    host.on_executor([&] { run_until_complete(signalling(done)); });
    CHECK(test::get(done.get_future()) == "loop-0");
    CHECK(host.wait_for_quiet());
}

TEST_CASE("cancel_outside reaches a task that a blocking handler waits for") {
    test::TestHost host;
    std::promise<void> begun;
    std::promise<void> ended;
    std::thread stopper{[&] {
        test::get(begun.get_future());
        host.generation().cancel_outside();
    }};
    host.on_executor(
        [&] { CHECK_THROWS_AS(run_until_complete(endless(begun, ended)), boost::system::system_error); });
    stopper.join();
    test::get(ended.get_future());
    CHECK(host.wait_for_quiet());
    CHECK(host.generation().outside == nullptr);
}

TEST_CASE("cancel_outside reaches the tasks of the tasks of every loop") {
    test::TestHost host{2};
    std::promise<void> begun[2];
    std::promise<void> ended[2];
    for (unsigned i = 0; i < 2; ++i) host.run(spawning_endless(begun[i], ended[i]), i);
    for (auto& each : begun) test::get(each.get_future());
    host.generation().cancel_outside();
    for (auto& each : ended) test::get(each.get_future());
    CHECK(host.wait_for_quiet());
}

TEST_CASE("what a spawned task throws is logged under the plugin's name") {
    test::TestHost host;
    host.run(spawning_failures());
    REQUIRE(host.wait_for_quiet());
    auto lines = host.log_lines();
    std::sort(lines.begin(), lines.end());
    CHECK(lines == std::vector<std::string>{
                       "3 tested: a spawned task failed with an exception that is no std::exception",
                       "3 tested: a spawned task failed: as planned",
                       "3 tested: a spawned task failed: at once"});
}

TEST_CASE("spawn() in a blocking handler runs the task on the home loop") {
    test::TestHost host{2};
    std::promise<std::string> done;
    host.on_executor([&] { spawn(signalling(done)); });
    CHECK(test::get(done.get_future()) == "loop-0");
}

TEST_CASE("spawn() on another loop than the home loop stays there") {
    test::TestHost host{2};
    std::promise<std::string> done;
    host.run(spawning(done), 1);
    CHECK(test::get(done.get_future()) == "loop-1");
}

TEST_CASE("spawn() on a thread that runs no handler is a logic error") {
    std::promise<std::string> done;
    CHECK_THROWS_AS(spawn(signalling(done)), std::logic_error);
    CHECK_THROWS_WITH(spawn_while_serving(signalling(done)), Catch::Contains("spawn_while_serving()"));
}

TEST_CASE("what can't be begun for want of memory leaves nothing behind") {
    test::TestHost host;
    host.on_executor([&] {
        std::promise<std::string> done;
        {
            const test::NoMemoryToPost none;
            CHECK_THROWS_AS(spawn(signalling(done)), std::bad_alloc);
            CHECK_THROWS_AS(spawn_while_serving(signalling(done)), std::bad_alloc);
            CHECK_THROWS_AS(run_until_complete(signalling(done)), std::bad_alloc);
        }
        CHECK(host.generation().outside == nullptr);
        spawn(signalling(done));
        CHECK(test::get(done.get_future()) == "loop-0");
    });
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a plain function may run beside a handler that does not wait for it") {
    test::TestHost host;
    std::promise<std::string> done;
    host.on_executor([&] {
        spawn_blocking([&done] { done.set_value(std::string{thread_name()}); });
        spawn_blocking([] { throw std::runtime_error{"not to be had"}; });
    });
    CHECK(test::get(done.get_future()) == "executor-0");
    CHECK(host.wait_for_quiet());
    CHECK(host.log_lines() == std::vector<std::string>{"3 tested: a spawned task failed: not to be had"});
}

TEST_CASE("a generation has no more spawned tasks at once than it may") {
    test::TestHost host;
    host.generation().most_spawned = 2;
    std::promise<void> begun[2], ended[2];
    host.run(spawning_endless(begun[0], ended[0]));
    host.run(spawning_endless(begun[1], ended[1]));
    std::promise<void> never_begun, never_ended;
    for (int i = 0; i < 2; ++i) {
        try {
            host.run(spawning_endless(never_begun, never_ended));
            FAIL("it was spawned");
        } catch (const HttpError& error) {
            CHECK(error.status() == http::status::service_unavailable);
        }
    }
    host.generation().cancel_outside();
    for (auto& end : ended) end.get_future().get();
    CHECK(host.wait_for_quiet());
    CHECK(host.generation().spawned == 0);
    CHECK(host.log_lines().size() == 1);  // that it refuses some, once
}

TEST_CASE("a spawned lambda and its captures live until its task has ended") {
    test::TestHost host;
    std::promise<std::string> done;
    host.on_executor([&done] {
        const std::string text = "a text that is too long to be kept in the string itself";
        spawn([&done, text]() -> Task<> {
            co_await sleep_for(5ms);
            done.set_value(text);
        });
    });
    CHECK(done.get_future().get() == "a text that is too long to be kept in the string itself");
    CHECK(host.wait_for_quiet());
}
