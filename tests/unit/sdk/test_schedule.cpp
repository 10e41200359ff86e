// What a plugin does again and again.
#include "test_host.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace patchbay;

namespace {

Task<> counted_run(std::atomic<int>& runs) {
    ++runs;
    co_await sleep_for(1ms);
}

Task<> fails_first(std::atomic<int>& runs) {
    if (++runs == 1) throw std::runtime_error{"not yet"};
    co_return;
}

/// Takes longer than its interval, and notes how many of it are under way.
Task<> long_run(std::atomic<int>& now, std::atomic<int>& most, std::atomic<int>& runs) {
    most = std::max<int>(most, ++now);
    co_await sleep_for(5ms);
    --now;
    ++runs;
}

/// One run, which a test ends.
Task<> held_run(std::atomic<int>& begun, std::atomic<bool>& open, std::atomic<int>& ended) {
    ++begun;
    while (!open) co_await sleep_for(1ms);
    ++ended;
}

class Cleaner final : public Plugin {
public:
    void add_handlers(Handlers&) override {}
    void start() override {
        spawn_every(1ms, [this] { ++runs; });
    }
    std::atomic<int> runs{0};
};

class WrongHour final : public Plugin {
public:
    void add_handlers(Handlers&) override {}
    void start() override {
        spawn_cron("0 25 * * *", [] {});
    }
};

}  // namespace

TEST_CASE("a job runs again and again until its generation is replaced") {
    test::TestHost host;
    std::atomic<int> runs{0};
    host.on_executor([&] { spawn_every(2ms, [&] { return counted_run(runs); }, {.jitter = 1ms}); });
    CHECK(test::eventually([&] { return runs >= 3; }));
    host.generation().end_serving();
    CHECK(host.wait_for_quiet());
    CHECK(host.log_lines().empty());
}

TEST_CASE("a plain job runs on an executor thread") {
    test::TestHost host;
    std::promise<std::string> thread;
    host.on_executor([&] {
        spawn_every(1ms, [&thread, first = true]() mutable {
            if (std::exchange(first, false)) thread.set_value(std::string{thread_name()});
        });
    });
    CHECK(test::get(thread.get_future()) == "executor-0");
    host.generation().end_serving();
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a run that throws is logged, and the next takes place") {
    test::TestHost host;
    std::atomic<int> runs{0};
    host.on_executor([&] { spawn_every(1ms, [&] { return fails_first(runs); }); });
    CHECK(test::eventually([&] { return runs >= 3; }));
    host.generation().end_serving();
    CHECK(host.wait_for_quiet());
    CHECK(host.log_lines() == std::vector<std::string>{"3 tested: a scheduled job failed: not yet"});
}

TEST_CASE("a run never overlaps another of its own") {
    test::TestHost host;
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> runs{0};
    host.on_executor([&] { spawn_every(1ms, [&] { return long_run(now, most, runs); }); });
    CHECK(test::eventually([&] { return runs >= 3; }));
    host.generation().end_serving();
    CHECK(host.wait_for_quiet());
    CHECK(most == 1);
}

TEST_CASE("a run that has begun is waited for when its generation is replaced, and no other follows") {
    test::TestHost host;
    std::atomic<int> begun{0};
    std::atomic<bool> open{false};
    std::atomic<int> ended{0};
    host.on_executor([&] { spawn_every(1ms, [&] { return held_run(begun, open, ended); }); });
    CHECK(test::eventually([&] { return begun == 1; }));
    host.generation().end_serving();
    SECTION("it ends by itself") {
        open = true;
        CHECK(host.wait_for_quiet());
        CHECK(ended == 1);
    }
    SECTION("or is cancelled when the drain has waited for it") {
        host.generation().cancel_outside();
        CHECK(host.wait_for_quiet());
        CHECK(ended == 0);
    }
    CHECK(begun == 1);
    CHECK(host.log_lines().empty());
}

TEST_CASE("a generation that does not serve runs no schedule") {
    test::TestHost host;
    std::atomic<int> runs{0};
    host.generation().serving_since = std::chrono::system_clock::time_point{};
    host.on_executor([&] { spawn_every(1ns, [&] { return counted_run(runs); }); });
    std::this_thread::sleep_for(50ms);  // what must not happen in it announces nothing
    CHECK(runs == 0);
    SECTION("until it does") {
        host.generation().begin_serving();
        CHECK(test::eventually([&] { return runs > 0; }));
        host.generation().end_serving();
    }
    SECTION("nor when it is given up") { host.generation().cancel_outside(); }
    CHECK(host.wait_for_quiet());
}

TEST_CASE("of the times that have passed since a generation serves one is run") {
    test::TestHost host;
    std::atomic<int> runs{0};
    host.generation().serving_since = std::chrono::system_clock::now() - 5min;
    host.on_executor([&] { spawn_cron("* * * * *", [&] { return counted_run(runs); }); });
    CHECK(test::eventually([&] { return runs > 0; }));
    std::this_thread::sleep_for(20ms);  // the rest would follow at once
    CHECK(runs <= 2);                   // and a minute may begin just now
    host.generation().end_serving();
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a schedule that makes no sense is refused where it is declared") {
    test::TestHost host;
    host.on_executor([] {
        const auto nothing = [] {};
        CHECK_THROWS_WITH(spawn_every(0s, nothing), Catch::Contains("an interval above 0"));
        CHECK_THROWS_WITH(spawn_every(1s, nothing, {.jitter = 1s}), Catch::Contains("below the interval"));
        CHECK_THROWS_WITH(spawn_cron("@hourly", nothing, {.jitter = -1s}), Catch::Contains("not negative"));
        CHECK_THROWS_WITH(spawn_cron("0 0 30 2 *", nothing), Catch::Contains("never comes"));
    });
    CHECK_THROWS_WITH(testing::App<WrongHour>{},
                      Catch::Contains("the hour '25', which is not within 0 to 23"));
}

TEST_CASE("a plugin's schedule is seen in its own test") {
    testing::App<Cleaner> app;
    CHECK(test::eventually([&] { return app.plugin().runs >= 2; }));
    app.close();  // throws when something is left
}
