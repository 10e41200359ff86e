#include <patchbay/log.hpp>
#include <patchbay/schedule.hpp>
#include <patchbay/sleep.hpp>
#include <patchbay/spawn.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>

namespace patchbay::detail {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::milliseconds serving_check{20};
constexpr std::chrono::minutes clock_check{1};     // that somebody has set the clock
constexpr std::chrono::hours repeated_nothing{1};  // by which a clock may be set back

// The task of one schedule: what it is while it waits, and while its job runs. In the task itself, on its
// loop.
class Schedule {
public:
    /// Precondition: the context is that of what spawn_while_serving() began.
    Schedule(TaskContext& context, ScheduledJob job, ScheduleOptions options)
        : task_{static_cast<OutsideTask&>(context)},
          generation_{context.executor.lease()->generation()},
          job_{std::move(job)},
          jitter_{options.jitter} {}

    /// Since when its generation serves, once it does.
    Task<system_clock::time_point> serving();
    /// Does the job, unless another generation serves. False when it is over.
    Task<bool> run();

private:
    bool keep_going(bool running);
    nanoseconds some_jitter() {
        return nanoseconds{std::uniform_int_distribution<nanoseconds::rep>{0, jitter_.count()}(random_)};
    }

    OutsideTask& task_;
    GenerationInfo& generation_;
    ScheduledJob job_;
    nanoseconds jitter_;
    std::minstd_rand random_{std::random_device{}()};
};

Task<system_clock::time_point> Schedule::serving() {
    while (generation_.serving_since.load() == system_clock::time_point{}) co_await sleep_for(serving_check);
    co_return generation_.serving_since.load();
}

// A run is not broken off with the schedule: it ends, or is cancelled, as any spawned task. False when
// another generation serves.
bool Schedule::keep_going(bool running) {
    const std::scoped_lock lock{generation_.outside_mutex};
    task_.while_serving = !running;
    return !generation_.replaced;
}

Task<bool> Schedule::run() {
    if (jitter_ > nanoseconds{0}) co_await sleep_for(some_jitter());
    if (!keep_going(true)) co_return false;
    try {
        co_await job_();
    } catch (const std::exception& error) {
        if (task_.cancelled) throw;
        log(LogLevel::error, std::string{"a scheduled job failed: "} + error.what());
    } catch (...) {
        log(LogLevel::error, "a scheduled job failed with an exception that is no std::exception");
    }
    co_return keep_going(false);
}

Task<> run_every(nanoseconds interval, ScheduledJob job, ScheduleOptions options) {
    TaskContext& context = co_await ContextTag{};
    Schedule schedule{context, std::move(job), options};
    co_await schedule.serving();
    steady_clock::time_point due = steady_clock::now() + interval;
    for (;;) {
        co_await sleep_until(due);
        const bool goes_on = co_await schedule.run();
        if (!goes_on) co_return;
        due += ((steady_clock::now() - due) / interval + 1) * interval;
    }
}

Task<> run_cron(CronSchedule times, ScheduledJob job, ScheduleOptions options) {
    TaskContext& context = co_await ContextTag{};
    Schedule schedule{context, std::move(job), options};
    auto after = std::chrono::floor<std::chrono::seconds>(co_await schedule.serving());
    for (;;) {
        const auto now = system_clock::now();
        if (after > now + repeated_nothing) after = std::chrono::floor<std::chrono::seconds>(now);
        const auto due = times.next_after(after);
        if (now < due) {
            co_await sleep_for(std::min<nanoseconds>(due - now, clock_check));
            continue;
        }
        const bool goes_on = co_await schedule.run();
        if (!goes_on) co_return;
        after = std::max(due, std::chrono::floor<std::chrono::seconds>(system_clock::now()));
    }
}

}  // namespace

void spawn_every(nanoseconds interval, ScheduledJob job, ScheduleOptions options) {
    if (interval <= nanoseconds{0} || options.jitter < nanoseconds{0} || options.jitter >= interval) {
        throw std::invalid_argument{
            "patchbay: spawn_every() needs an interval above 0 and a jitter from 0 to below the interval"};
    }
    spawn_while_serving(run_every(interval, std::move(job), options));
}

void spawn_cron(CronSchedule schedule, ScheduledJob job, ScheduleOptions options) {
    if (options.jitter < nanoseconds{0})
        throw std::invalid_argument{"patchbay: spawn_cron() needs a jitter that is not negative"};
    spawn_while_serving(run_cron(schedule, std::move(job), options));
}

}  // namespace patchbay::detail
