#include "runtime/executor_pool.hpp"
#include "support/eventually.hpp"

#include <patchbay/detail/thread_state.hpp>
#include <patchbay/event_loop.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <vector>

using namespace patchbay;

namespace {

class Job final : public detail::BlockingJob {
public:
    using BlockingJob::Kind;
    explicit Job(std::function<void()> what, Kind of = Kind::call)
        : BlockingJob{of}, what_{std::move(what)} {}

    void run() noexcept override {
        const auto result = ended;
        what_();
        result->set_value("ran");
    }
    void drop(Drop reason) noexcept override {
        using enum Drop;
        const auto result = ended;
        result->set_value(reason == cancelled         ? "cancelled"
                          : reason == deadline_passed ? "deadline"
                                                      : "shutdown");
    }

    // Shared: who waits may destroy the job while set_value() is still returning.
    std::shared_ptr<std::promise<std::string>> ended = std::make_shared<std::promise<std::string>>();

private:
    std::function<void()> what_;
};

/// A job that holds its thread until it is told to go.
struct Gate {
    explicit Gate(Job::Kind kind = Job::Kind::call)
        : job{[this] {
                  entered.release();
                  leave.acquire();
              },
              kind} {}

    std::binary_semaphore entered{0};
    std::binary_semaphore leave{0};
    Job job;
};

ExecutorShare& widen(ExecutorPool& pool, ExecutorShare& share, std::size_t running = 8,
                     std::size_t queued = 8) {
    pool.resize(share, {.running = running, .queued = queued});
    return share;
}

}  // namespace

TEST_CASE("a job runs on a named executor thread") {
    ExecutorShare share;
    ExecutorPool pool{2, 8};
    widen(pool, share);
    std::string name;
    detail::ThreadKind kind{};
    Job job{[&] {
        name = thread_name();
        kind = detail::thread_state.kind;
    }};
    REQUIRE(pool.submit(job, share));
    CHECK(job.ended->get_future().get() == "ran");
    CHECK(name.starts_with("executor-"));
    CHECK(kind == detail::ThreadKind::executor);
}

TEST_CASE("a share never runs more jobs at once than it may, whatever threads are free") {
    ExecutorShare share;
    ExecutorPool pool{4, 64};
    widen(pool, share, 2, 64);
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::vector<std::unique_ptr<Job>> jobs;
    for (int i = 0; i < 50; ++i) {
        jobs.push_back(std::make_unique<Job>([&] {
            const int now = ++running;
            for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
            }
            std::this_thread::yield();
            --running;
        }));
        REQUIRE(pool.submit(*jobs.back(), share));
    }
    for (auto& job : jobs) CHECK(job->ended->get_future().get() == "ran");
    CHECK(most <= 2);
}

TEST_CASE("a share whose jobs all hang leaves threads to its neighbours") {
    ExecutorShare greedy;
    ExecutorShare modest;
    ExecutorPool pool{2, 8};
    widen(pool, greedy, 1, 8);
    widen(pool, modest, 1, 8);
    Gate hanging;
    Job queued{[] {}};
    Job neighbour{[] {}};
    REQUIRE(pool.submit(hanging.job, greedy));
    hanging.entered.acquire();
    REQUIRE(pool.submit(queued, greedy));
    REQUIRE(pool.submit(neighbour, modest));
    CHECK(neighbour.ended->get_future().get() == "ran");
    hanging.leave.release();
    CHECK(queued.ended->get_future().get() == "ran");
}

TEST_CASE("WebSockets are refused beyond their number, of a share and of all, and nothing else is") {
    using Kind = Job::Kind;
    ExecutorShare share;
    ExecutorShare other;
    ExecutorPool pool{4, 8};
    pool.resize(share, {.running = 4, .queued = 8, .websockets = 1});
    pool.resize(other, {.running = 4, .queued = 8, .websockets = 8});
    pool.limit_websockets(2);
    Gate first{Kind::websocket};
    Gate second{Kind::websocket};
    Gate adopted{Kind::adopted_websocket};
    Job refused{[] {}, Kind::websocket};
    Job call{[] {}};
    REQUIRE(pool.submit(first.job, share));
    first.entered.acquire();
    CHECK(pool.untold_refusals(share) == 0);
    CHECK_FALSE(pool.submit(refused, share));
    CHECK_FALSE(pool.submit(refused, share));
    CHECK(pool.untold_refusals(share) == 2);
    CHECK_FALSE(pool.submit(refused, share));
    CHECK(pool.untold_refusals(share) == 0);  // so soon
    REQUIRE(pool.submit(second.job, other));
    second.entered.acquire();
    CHECK_FALSE(pool.submit(refused, other));
    CHECK(pool.untold_refusals(other) == 1);
    REQUIRE(pool.submit(call, share));
    CHECK(call.ended->get_future().get() == "ran");
    REQUIRE(pool.submit(adopted.job, share));  // of a socket that is open already
    adopted.entered.acquire();
    for (Gate* gate : {&first, &second, &adopted}) gate->leave.release();
    second.job.ended->get_future().get();
    Job next{[] {}, Kind::websocket};
    REQUIRE(test::eventually([&] { return pool.submit(next, share); }));
    CHECK(next.ended->get_future().get() == "ran");
}

TEST_CASE("a full share and a full pool refuse") {
    ExecutorShare share;
    ExecutorShare other;
    ExecutorPool pool{1, 2};
    widen(pool, share, 1, 1);
    widen(pool, other, 1, 8);
    Gate gate;
    Job first{[] {}};
    Job second{[] {}};
    Job third{[] {}};
    Job fourth{[] {}};
    REQUIRE(pool.submit(gate.job, share));
    gate.entered.acquire();
    REQUIRE(pool.submit(first, share));
    CHECK_FALSE(pool.submit(second, share));  // the share's queue holds one
    REQUIRE(pool.submit(third, other));
    CHECK_FALSE(pool.submit(fourth, other));  // the pool's holds two
    gate.leave.release();
    CHECK(first.ended->get_future().get() == "ran");
    CHECK(third.ended->get_future().get() == "ran");
}

TEST_CASE("doomed and late jobs are dropped before they take a thread") {
    ExecutorShare share;
    ExecutorPool pool{1, 8};
    widen(pool, share);
    Gate gate;
    bool ran = false;
    Job doomed{[&] { ran = true; }};
    Job late{[&] { ran = true; }};
    REQUIRE(pool.submit(gate.job, share));
    gate.entered.acquire();
    REQUIRE(pool.submit(doomed, share));
    late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds{1};
    REQUIRE(pool.submit(late, share));
    doomed.doomed = true;
    gate.leave.release();
    CHECK(doomed.ended->get_future().get() == "cancelled");
    CHECK(late.ended->get_future().get() == "deadline");
    CHECK_FALSE(ran);
}

TEST_CASE("stopping drops what waits, and says when a running job does not end") {
    ExecutorShare share;
    ExecutorPool pool{1, 8};
    widen(pool, share, GENERATE(1, 8));  // one that may start no other job now, and one that may
    Gate gate;
    Job waiting{[] {}};
    Job refused{[] {}};
    REQUIRE(pool.submit(gate.job, share));
    gate.entered.acquire();
    REQUIRE(pool.submit(waiting, share));
    CHECK_FALSE(pool.stop(std::chrono::milliseconds{20}));
    CHECK(waiting.ended->get_future().get() == "shutdown");
    CHECK_FALSE(pool.submit(refused, share));
    gate.leave.release();
    CHECK(pool.stop(std::chrono::seconds{30}));
}

TEST_CASE("leaving a generation waits for its own jobs only") {
    ExecutorShare share;
    ExecutorPool pool{2, 8};
    widen(pool, share);
    detail::GenerationInfo mine;
    detail::GenerationInfo others;
    detail::LeaseBlock my_lease{mine, [](detail::LeaseBlock&) noexcept {}};
    detail::LeaseBlock their_lease{others, [](detail::LeaseBlock&) noexcept {}};
    Gate my_gate;
    Gate their_gate;
    my_gate.job.lease = &my_lease;
    their_gate.job.lease = &their_lease;
    REQUIRE(pool.submit(my_gate.job, share));
    REQUIRE(pool.submit(their_gate.job, share));
    my_gate.entered.acquire();
    their_gate.entered.acquire();
    const auto my_end = my_gate.job.ended;
    bool ended_before_it_returned = false;
    std::promise<void> waiting;
    std::thread waiter{[&] {
        waiting.set_value();
        pool.wait_until_left(mine);
        ended_before_it_returned =
            my_end->get_future().wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    }};
    waiting.get_future().get();
    my_gate.leave.release();
    waiter.join();
    CHECK(ended_before_it_returned);
    CHECK(pool.running_plugins().size() == 1);
    their_gate.leave.release();
    pool.wait_until_left(others);
}

TEST_CASE("a visit reaches every thread once") {
    ExecutorPool pool{3, 8};
    std::mutex mutex;
    std::vector<std::string> names;
    const auto note_name = [&] {
        const std::scoped_lock lock{mutex};
        names.emplace_back(thread_name());
    };
    CHECK(pool.visit_threads(note_name, std::chrono::hours{1}));
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"executor-0", "executor-1", "executor-2"});
}

TEST_CASE("a visit gives up a thread that a job keeps") {
    ExecutorShare share;
    Gate gate;
    ExecutorPool pool{1, 8};
    widen(pool, share);
    REQUIRE(pool.submit(gate.job, share));
    gate.entered.acquire();
    std::atomic<int> late = 0;
    CHECK_FALSE(pool.visit_threads([&] { ++late; }, std::chrono::milliseconds{20}));
    gate.leave.release();
    std::atomic<int> visits = 0;
    CHECK(pool.visit_threads([&] { ++visits; }, std::chrono::hours{1}));
    CHECK(visits == 1);
    CHECK(late == 0);
}

#ifndef PATCHBAY_SANITIZED  // a sanitizer needs all the address space there is
TEST_CASE("a thread that can't be had is an error that names it, and the others end") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
    const rlimit little{std::size_t{1} << 30, before.rlim_max};  // of which each thread takes 8 MiB
    REQUIRE(::setrlimit(RLIMIT_AS, &little) == 0);
    std::string problem;
    try {
        ExecutorPool pool{1000, 8};
    } catch (const std::system_error& error) {
        problem = error.what();
    }
    ::setrlimit(RLIMIT_AS, &before);
    CHECK_THAT(problem, Catch::StartsWith("cannot start the thread executor-") &&
                            Catch::EndsWith(": Resource temporarily unavailable"));
}
#endif
