// A task that a blocking thread waits for, behind run_until_complete().
#pragma once

#include <patchbay/detail/outside_task.hpp>
#include <patchbay/detail/thread_state.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <boost/asio/post.hpp>

#include <semaphore>
#include <utility>

namespace patchbay::detail {

/// Owned by the thread that waits. Has the deadline of the job that the thread is in the middle of.
class PATCHBAY_API AwaitedTask : public OutsideTask {
public:
    /// On the thread: until it has ended. Cancels it once the thread's job is to stop.
    void wait();

protected:
    explicit AwaitedTask(LoopExecutor on);
    ~AwaitedTask() = default;
    /// On the loop, when the coroutine has been left.
    void end() noexcept;

private:
    bool ask_to_stop();

    std::binary_semaphore ended_{0};
    bool has_ended_ = false;  // on the loop
};

template <class T>
struct AwaitedFromOutside final : AwaitedTask {
    Task<T> task;

    AwaitedFromOutside(Task<T> what, LoopExecutor on) : AwaitedTask{std::move(on)}, task{std::move(what)} {
        // Posted, so that the loop has left the task's frame before this thread destroys it.
        finished = [](TaskContext& context) noexcept {
            auto& self = static_cast<AwaitedFromOutside&>(context);
            asio::post(self.executor, [&self] { self.end(); });
        };
    }
    void start_on_loop() {
        link();
        const HandlerScope scope{executor.lease()};
        if (task.start(*this)) end();
    }
};

}  // namespace patchbay::detail
