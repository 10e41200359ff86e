// The way across between the event loops and the executor threads.
#pragma once

#include <patchbay/detail/awaited_task.hpp>
#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/detail/thread_state.hpp>
#include <patchbay/export.hpp>
#include <patchbay/spawn.hpp>
#include <patchbay/task.hpp>

#include <boost/asio/post.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace patchbay {

namespace detail {

/// Throws HttpError(503) with Retry-After: no more work of this plugin is taken for now.
[[noreturn]] PATCHBAY_API void throw_busy();
/// Throws what a job that was dropped before it ran means to whoever awaits it.
[[noreturn]] PATCHBAY_API void throw_dropped(BlockingJob::Drop reason);
/// The executor for the plugin's home loop, holding a lease. Errors: std::logic_error on an event loop,
/// naming the function that was called, and on a thread that runs no plugin code.
PATCHBAY_API LoopExecutor home_executor(const char* caller);
PATCHBAY_API bool submit_job(BlockingJob& job, LeaseBlock* lease) noexcept;

/// One call of a function on an executor thread, awaited by a Task in whose frame it lives.
template <class Function>
class BlockingCall final : BlockingJob {
    using Result = std::invoke_result_t<Function&>;
    using Value = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;

public:
    using BlockingJob::Kind;
    explicit BlockingCall(Function function, Kind of = Kind::call)
        : BlockingJob{of}, function_{std::move(function)} {}
    BlockingCall(BlockingCall&& other) noexcept
        : BlockingJob{other.kind}, function_{std::move(other.function_)}, context_{other.context_} {}

    void bind(TaskContext& context) noexcept { context_ = &context; }
    bool await_ready() const {
        if (context_->cancelled) throw_dropped(Drop::cancelled);
        return false;
    }
    void await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        deadline = context_->deadline;
        context_->signal.slot().assign([this](asio::cancellation_type) { doomed = true; });
        if (submit_job(*this, context_->executor.lease())) return;
        context_->signal.slot().clear();
        throw_busy();
    }
    Result await_resume() {
        context_->signal.slot().clear();
        if (dropped_) throw_dropped(*dropped_);
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        if constexpr (!std::is_void_v<Result>) return std::move(*value_);
    }

private:
    void run() noexcept override {
        try {
            if constexpr (std::is_void_v<Result>) {
                std::invoke(function_);
            } else {
                value_.emplace(std::invoke(function_));
            }
        } catch (...) {
            error_ = std::current_exception();
        }
        resume_waiter();
    }
    void drop(Drop reason) noexcept override {
        dropped_ = reason;
        resume_waiter();
    }
    void resume_waiter() noexcept {
        const LoopExecutor executor = context_->executor;
        asio::post(executor, [waiter = waiter_, lease = executor.lease()] {
            const HandlerScope scope{lease};
            waiter.resume();
        });
    }

    Function function_;
    TaskContext* context_ = nullptr;
    std::coroutine_handle<> waiter_;
    std::optional<Value> value_;
    std::exception_ptr error_;
    std::optional<Drop> dropped_;
};

}  // namespace detail

/// `co_await run_blocking(fn)` runs `fn` (any callable without parameters) on an executor thread under the
/// plugin's share, and gives its result or exception. The event loop serves others meanwhile. Errors:
/// HttpError(503) when the queue is full; system_error(operation_aborted) when the task was cancelled, or its
/// deadline passed, before the call began. A call that has begun is always waited for.
template <std::invocable Function>
[[nodiscard("run_blocking does nothing until it is awaited")]] auto run_blocking(Function function) {
    static_assert(!detail::is_task<std::invoke_result_t<Function&>>,
                  "patchbay: run_blocking takes a plain function; co_await a Task itself");
    return detail::BlockingCall<Function>{std::move(function)};
}

namespace detail {
template <class Function>
Task<> blocking_task(Function function) {
    co_await run_blocking(std::move(function));
}
}  // namespace detail

/// Runs `fn` on an executor thread beside the handler, which does not wait for it, as spawn() runs a task:
/// `spawn_blocking([name] { write_report(name); })`. That the queue was full is logged, as what it throws.
/// Errors: as spawn().
template <std::invocable Function>
void spawn_blocking(Function function) {
    spawn(detail::blocking_task(std::move(function)));
}

/// From a blocking handler: runs the task on the plugin's home loop and blocks this thread until it has
/// ended; gives its result or exception. It has the handler's deadline, and is cancelled when the handler is
/// asked to stop (see Request::cancelled(); a WebSocket's, when its connection has ended and its
/// cleanup_timeout passed), from its beginning if that was before; not in the plugin's stop() and destructor,
/// whose tasks run to their end. Errors: std::logic_error for an empty Task, when called on a running event
/// loop (it would wait for itself), or on a thread that runs no plugin code of the host's.
template <class T>
T run_until_complete(Task<T> task) {
    LoopExecutor loop = detail::home_executor("run_until_complete");
    task.require_coroutine();
    detail::AwaitedFromOutside<T> awaited{std::move(task), loop};
    asio::post(loop, [&awaited] { awaited.start_on_loop(); });
    awaited.wait();
    return awaited.task.take();
}

}  // namespace patchbay
