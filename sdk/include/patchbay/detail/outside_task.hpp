// A chain of coroutines that no request waits for on an event loop: what spawn() and run_until_complete()
// start. Linked into its generation, so that the host can ask it to stop.
#pragma once

#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/export.hpp>

#include <utility>

namespace patchbay::detail {

struct PATCHBAY_API OutsideTask : TaskContext {
    OutsideTask* previous = nullptr;
    OutsideTask* following = nullptr;
    bool while_serving = false;  ///< cancelled as soon as its generation serves no more

    /// Links it, cancelled already if the generation is stopping. On the loop's thread, before it starts: who
    /// asks it to stop earlier is heard by way of the generation.
    void link();
    /// On the loop's thread, before the object may go: cancellation looks it up there.
    void unlink() noexcept;

    explicit OutsideTask(LoopExecutor on) { executor = std::move(on); }
    OutsideTask(const OutsideTask&) = delete;
    OutsideTask& operator=(const OutsideTask&) = delete;

protected:
    ~OutsideTask() = default;
};

}  // namespace patchbay::detail
