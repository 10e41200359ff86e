// Task<T>: the coroutine type of async handlers. Lazy, awaited once, running on one event loop from start to
// end. Inside it, `co_await` takes another Task, any Asio operation, and an asio::awaitable of some library.
#pragma once

#include <patchbay/detail/redirect_error.hpp>
#include <patchbay/detail/task_promise.hpp>
#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/asio/async_result.hpp>

#include <concepts>
#include <coroutine>
#include <utility>

namespace patchbay {

namespace detail {
[[noreturn]] PATCHBAY_API void throw_empty_task();
}  // namespace detail

/// A coroutine that yields a T (or an exception) to whoever awaits it.
///
/// Lifetime: owns its frame. A Task that is never awaited or spawned never runs. Parameters taken by
/// reference must outlive the Task; take them by value when in doubt. Destroying a Task that waits for an
/// operation is not allowed: cancel it and wait instead, as when_any() and with_timeout() do. Cancellation:
/// cooperative. The operation waited for ends with asio::error::operation_aborted, and so does every later
/// one; the coroutine unwinds by that exception. Thread-safety: none needed; a Task runs on its loop's
/// thread.
template <class T = void>
class [[nodiscard("a Task does nothing until it is awaited or spawned")]] Task {
public:
    using promise_type = detail::Promise<T>;
    using value_type = T;
    using Handle = std::coroutine_handle<promise_type>;

    Task() noexcept = default;
    explicit Task(Handle handle) noexcept : handle_{handle} {}
    Task(Task&& other) noexcept : handle_{other.release()} {}
    Task& operator=(Task other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    /// True when there is no coroutine: default-constructed, moved from or awaited before.
    bool empty() const noexcept { return !handle_; }
    /// For the compiler alone: without a co_await, `if (allowed())` must not pass for a condition.
    template <std::same_as<bool> Condition>
    explicit operator Condition() const {
        static_assert(!std::is_same_v<Condition, bool>,
                      "patchbay: a Task is no condition: co_await it, and test what it gives");
    }

    class Awaiter {
    public:
        Awaiter(Handle child, detail::PromiseBase& parent) noexcept : child_{child}, parent_{&parent} {}
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> parent) {
            child_.require_coroutine();
            Handle handle = child_.handle_;
            return !handle.promise().start(handle, parent_->context(), parent);
        }
        T await_resume() { return child_.take(); }

    private:
        Task child_;
        detail::PromiseBase* parent_;
    };

    /// For the owner of a TaskContext, on its loop: runs the task until it suspends; true when it has ended,
    /// and otherwise context.finished() is called when it does.
    /// Errors: as require_coroutine().
    bool start(detail::TaskContext& context) {
        require_coroutine();
        return handle_.promise().start(handle_, context, {});
    }
    /// Errors: std::logic_error when there is no coroutine: default-constructed, moved from or awaited
    /// before.
    void require_coroutine() const {
        if (!handle_) detail::throw_empty_task();
    }

    /// The result of a task that has ended, to be moved away before the task goes, or its exception.
    /// Precondition: ended, and not taken before.
    decltype(auto) take() { return handle_.promise().take(); }

    Handle release() noexcept { return std::exchange(handle_, {}); }

private:
    Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
}

}  // namespace detail

namespace this_task {

/// `co_await this_task::executor` gives the LoopExecutor of the running task, to construct timers and sockets
/// with.
inline constexpr detail::ExecutorTag executor{};

/// `co_await this_task::deadline` gives the steady_clock's time at which the running task will be cancelled:
/// of a handler, when its `timeouts.handler` is over. time_point::max() when it may take any time, as a
/// spawned task, a stream's producer, an open WebSocket and what is shielded() may, and for a handler that
/// begins while its request's body still arrives, whose time begins when the body is there. It holds for all
/// that the task awaits.
inline constexpr detail::DeadlineTag deadline{};

}  // namespace this_task

/// The completion token for Asio operations awaited in a Task: `co_await timer.async_wait(use_task)`. A
/// leading error_code or exception_ptr is thrown; wrap the token in asio::as_tuple or asio::redirect_error to
/// get it instead.
struct UseTask {
    constexpr UseTask() = default;

    template <class Executor>
    struct ExecutorWithDefault : Executor {
        using default_completion_token_type = UseTask;
        ExecutorWithDefault(const Executor& executor) noexcept : Executor{executor} {}
        template <class Other>
            requires(!std::is_same_v<Other, ExecutorWithDefault> && std::is_convertible_v<Other, Executor>)
        ExecutorWithDefault(const Other& executor) noexcept : Executor{executor} {}
    };
    /// An I/O object whose operations take use_task by default:
    /// `UseTask::as_default_on_t<asio::steady_timer>`.
    template <class Object>
    using as_default_on_t =
        typename Object::template rebind_executor<ExecutorWithDefault<typename Object::executor_type>>::other;
};
inline constexpr UseTask use_task{};

}  // namespace patchbay

template <class Signature>
class boost::asio::async_result<patchbay::UseTask, Signature> {
public:
    template <class Initiation, class... Args>
    static auto initiate(Initiation&& initiation, patchbay::UseTask, Args&&... args) {
        return async_initiate<const deferred_t&, Signature>(std::forward<Initiation>(initiation), deferred,
                                                            std::forward<Args>(args)...);
    }
};
