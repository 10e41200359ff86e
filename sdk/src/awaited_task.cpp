#include "stop_check.hpp"

#include <patchbay/detail/awaited_task.hpp>

#include <new>

namespace patchbay::detail {

bool asked_to_stop() noexcept {
    const BlockingJob* const job = thread_state.job;
    return job && job->doomed.load(std::memory_order_relaxed);
}

AwaitedTask::AwaitedTask(LoopExecutor on) : OutsideTask{std::move(on)} {
    if (thread_state.job) deadline = thread_state.job->deadline;
    cancelled = asked_to_stop();
}

void AwaitedTask::end() noexcept {
    unlink();
    has_ended_ = true;
    ended_.release();
}

void AwaitedTask::wait() {
    if (!thread_state.job) return ended_.acquire();
    bool asked = false;
    while (!ended_.try_acquire_for(stop_check))
        if (!asked && asked_to_stop()) asked = ask_to_stop();
}

// Waits for the loop to have heard it, which may not find another in this one's place. False when there was
// no memory to ask with.
bool AwaitedTask::ask_to_stop() {
    std::binary_semaphore heard{0};
    try {
        asio::post(executor, [this, &heard] {
            if (!has_ended_) cancel();
            heard.release();
        });
    } catch (const std::bad_alloc&) {
        return false;
    }
    heard.acquire();
    return true;
}

}  // namespace patchbay::detail
