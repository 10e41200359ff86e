// Work in the middle of a task that must not be cut short with it.
#pragma once

#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/lease.hpp>
#include <patchbay/task.hpp>

#include <atomic>
#include <coroutine>
#include <utility>

namespace patchbay {

namespace detail {

/// The context of a task that its parent's cancellation and deadline don't reach. Owned by the coroutine that
/// waits for its end; on the parent's loop.
struct Shield final : TaskContext {
    explicit Shield(const TaskContext& parent) {
        executor = parent.executor;
        request_data = parent.request_data;
        finished = [](TaskContext& context) noexcept { static_cast<Shield&>(context).waiter.resume(); };
    }

    struct End {
        Shield* shield;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> parent) const noexcept {
            shield->waiter = parent;
            shield->count(1);
        }
        void await_resume() const noexcept { shield->count(-1); }
    };

    /// For the log, which names what keeps a generation loaded.
    void count(long change) noexcept {
        executor.lease()->generation().shielded.fetch_add(change, std::memory_order_relaxed);
    }

    std::coroutine_handle<> waiter;
};

}  // namespace detail

/// `co_await shielded(save(order))` runs the task to its end, whatever becomes of the one that awaits it, and
/// gives its result or exception. A cancellation that comes meanwhile is delivered at the next `co_await`
/// after it; one that was before does not keep it from beginning, so that it can put right what was broken
/// off. It has no deadline: `run_blocking` in it is not dropped for being late. Whoever asked does not wait
/// for it: the client gets its 504 or 503 on time.
///
/// Nothing bounds it but itself and the process's end, so give what it awaits a limit of its own, as by
/// `shielded(with_timeout(...))`; the other way round with_timeout() would wait for it. Its generation stays
/// mapped until it has ended: past `drain.deadline` the log names it among what does not end. A shutdown
/// waits `shutdown.deadline` and two to five seconds more, and then the process ends with it.
/// Errors: std::logic_error for an empty Task.
template <class T>
Task<T> shielded(Task<T> task) {
    const detail::TaskContext& parent = co_await detail::ContextTag{};
    detail::Shield shield{parent};
    const bool ended = task.start(shield);
    if (!ended) co_await detail::Shield::End{&shield};
    co_return task.take();
}

}  // namespace patchbay
