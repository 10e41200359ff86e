// Work that outlives the handler that starts it.
#pragma once

#include <patchbay/detail/outside_task.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace patchbay {

namespace detail {

/// One place among the spawned tasks of a generation, which outlives it.
class PATCHBAY_API SpawnedPlace {
public:
    /// Errors: HttpError 503 when none is left.
    explicit SpawnedPlace(GenerationInfo& generation);
    ~SpawnedPlace();
    SpawnedPlace(const SpawnedPlace&) = delete;
    SpawnedPlace& operator=(const SpawnedPlace&) = delete;

private:
    GenerationInfo& generation_;
};

/// A task nobody awaits; deletes itself when it has ended.
struct PATCHBAY_API SpawnedTask final : OutsideTask {
    SpawnedPlace place;
    Task<> task;

    SpawnedTask(LoopExecutor on, Task<> what, bool only_while_serving);

private:
    void settle() noexcept;
};

/// Keeps the callable, and with it a lambda's captures, until its task has ended.
template <class Function>
Task<> call_and_await(Function function) {
    static_assert(
        std::is_same_v<std::invoke_result_t<Function&>, Task<>>,
        "patchbay: what is spawned is a Task<>, or a callable that gives one; a plain function is for "
        "spawn_blocking()");
    co_await std::invoke(function);
}

}  // namespace detail

/// Runs the task beside the handler, on the running event loop (from a blocking handler: on the plugin's home
/// loop). It keeps the plugin's generation mapped until it ends; an exception it ends with is logged. It is
/// asked to stop (cancelled) when a reload or the shutdown has waited for it as long as the operator allows.
/// Errors: HttpError 503 when as many tasks of the generation are under way as the operator allows
/// (`plugins.tasks`). std::logic_error for an empty Task, in stop() and in the plugin's destructor, and on a
/// thread that runs no plugin code of the host's.
PATCHBAY_API void spawn(Task<> task);
/// The same for what a callable gives, such as a lambda that is a coroutine: it is called on the loop, later,
/// and lives until its task has ended. What it throws, and an empty Task, goes to the log.
template <std::invocable Function>
void spawn(Function function) {
    spawn(detail::call_and_await(std::move(function)));
}

/// The same for work without an end, such as a task that follows a channel (what is done every so often is
/// for spawn_every()): it is cancelled at once when another generation serves in this one's place or the
/// plugin is removed, and at the server's end when no request is left. Called in Plugin::start() it begins
/// before the generation serves, so for a moment the work of both may run. Errors: as spawn().
PATCHBAY_API void spawn_while_serving(Task<> task);
/// The same for what a callable gives, which is kept as spawn() keeps it.
template <std::invocable Function>
void spawn_while_serving(Function function) {
    spawn_while_serving(detail::call_and_await(std::move(function)));
}

}  // namespace patchbay
