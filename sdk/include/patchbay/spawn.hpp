// Work that outlives the handler that starts it.
#pragma once

#include <patchbay/detail/generation_info.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

namespace patchbay {

namespace detail {

/// A task nobody awaits; deletes itself when it has ended. Linked into its generation for cancellation.
struct PATCHBAY_API DetachedTask final : TaskContext {
    Task<> task;
    DetachedTask* previous = nullptr;
    DetachedTask* following = nullptr;

    DetachedTask(LoopExecutor on, Task<> what);
    ~DetachedTask();
    DetachedTask(const DetachedTask&) = delete;
    DetachedTask& operator=(const DetachedTask&) = delete;

private:
    void settle() noexcept;
};

}  // namespace detail

/// Runs the task beside the handler, on the running event loop (from a blocking handler: on the plugin's home
/// loop). It keeps the plugin's generation mapped until it ends; an exception it ends with is logged. It is
/// asked to stop (cancelled) when a reload or the shutdown has waited for it as long as the operator allows.
/// Errors: std::logic_error on a thread that runs no plugin code of the host's.
PATCHBAY_API void spawn(Task<> task);

}  // namespace patchbay
