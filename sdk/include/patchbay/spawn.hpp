// Work that outlives the handler that starts it.
#pragma once

#include <patchbay/detail/outside_task.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

namespace patchbay {

namespace detail {

/// A task nobody awaits; deletes itself when it has ended.
struct PATCHBAY_API SpawnedTask final : OutsideTask {
    Task<> task;

    SpawnedTask(LoopExecutor on, Task<> what, bool only_while_serving);

private:
    void settle() noexcept;
};

}  // namespace detail

/// Runs the task beside the handler, on the running event loop (from a blocking handler: on the plugin's home
/// loop). It keeps the plugin's generation mapped until it ends; an exception it ends with is logged. It is
/// asked to stop (cancelled) when a reload or the shutdown has waited for it as long as the operator allows.
/// Errors: std::logic_error for an empty Task, in stop() and in the plugin's destructor, and on a thread that
/// runs no plugin code of the host's.
PATCHBAY_API void spawn(Task<> task);

/// The same for work without an end, such as a task that follows a channel (what is done every so often is
/// for spawn_every()): it is cancelled at once when another generation serves in this one's place or the
/// plugin is removed, and at the server's end when no request is left. Called in Plugin::start() it begins
/// before the generation serves, so for a moment the work of both may run. Errors: as spawn().
PATCHBAY_API void spawn_while_serving(Task<> task);

}  // namespace patchbay
