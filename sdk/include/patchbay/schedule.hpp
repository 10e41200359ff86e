// Work that a plugin does again and again, for as long as it serves: after each interval, or by the clock.
#pragma once

#include <patchbay/blocking.hpp>
#include <patchbay/cron.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace patchbay {

struct ScheduleOptions {
    /// Each run begins later by a time up to this one, by chance, so that not all that is due at the full
    /// hour begins at once. Of spawn_every(), less than its interval.
    std::chrono::nanoseconds jitter{0};
};

namespace detail {

using ScheduledJob = std::function<Task<>()>;

PATCHBAY_API void spawn_every(std::chrono::nanoseconds interval, ScheduledJob job, ScheduleOptions options);
PATCHBAY_API void spawn_cron(CronSchedule schedule, ScheduledJob job, ScheduleOptions options);

template <class Function>
Task<> call_on_executor(Function& function) {
    const auto call = [&function] { std::invoke(function); };
    co_await run_blocking(call);
}

template <class Job>
ScheduledJob scheduled(Job job) {
    using Result = std::invoke_result_t<Job&>;
    constexpr bool plain = std::is_void_v<Result>;
    static_assert(plain || std::is_same_v<Result, Task<>>,
                  "patchbay: a scheduled job gives a Task<>, or it is a plain function that gives nothing");
    if constexpr (plain) {
        return [call = std::move(job)]() mutable { return call_on_executor(call); };
    } else if constexpr (std::is_same_v<Result, Task<>>) {
        return job;
    } else {
        return {};
    }
}

}  // namespace detail

/// Runs the job again and again, the first time one interval after its generation has begun to serve:
/// `spawn_every(5min, [this] { return refresh(); })` in Plugin::start(). A job that gives a Task<> runs on
/// the plugin's home loop; a plain function (copyable, without parameters or a result) on an executor thread.
///
/// A run never overlaps another of its own: what falls due while one takes its time is left out. One that
/// throws is logged, and the next takes place. A generation that was refused runs nothing. When another takes
/// this one's place or the plugin is removed, the schedule ends at once, and a run that has begun is waited
/// for and asked to stop as what spawn() began; the new generation's interval begins anew.
/// Errors: std::invalid_argument for an interval or a jitter out of range; as spawn(). What it throws in
/// start() refuses the generation.
template <std::invocable Job>
void spawn_every(std::chrono::nanoseconds interval, Job job, ScheduleOptions options = {}) {
    detail::spawn_every(interval, detail::scheduled(std::move(job)), options);
}

/// The same at the times of a CronSchedule (UTC), by the system's clock:
/// `spawn_cron("30 3 * * *", [this] { tidy_up(); })`. No time is run by two generations of a plugin. One that
/// was due, but whose run had not begun when another generation took the place, is left out; of several that
/// passed while the process was suspended, or by which the clock was set ahead, one is run. A clock that is
/// set back by an hour or less repeats none. Errors: std::invalid_argument as CronSchedule and for a negative
/// jitter; as spawn().
template <std::invocable Job>
void spawn_cron(std::string_view expression, Job job, ScheduleOptions options = {}) {
    detail::spawn_cron(CronSchedule{expression}, detail::scheduled(std::move(job)), options);
}

}  // namespace patchbay
