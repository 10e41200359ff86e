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

    SpawnedTask(LoopExecutor on, Task<> what);

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

}  // namespace patchbay
