// The coroutine promise behind Task. Frames come from a pool in libpatchbay; what may be awaited is decided
// here.
#pragma once

#include <patchbay/detail/operation.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/export.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace patchbay {

template <class T>
class Task;

namespace detail {

/// Frames up to 2 KiB are kept for reuse by the thread that frees them, at most 32 of each size class.
PATCHBAY_API void* allocate_frame(std::size_t bytes);
PATCHBAY_API void free_frame(void* frame, std::size_t bytes) noexcept;

/// For a coroutine that ran off its end without co_return, which g++ 12 lets pass.
[[noreturn]] PATCHBAY_API void throw_no_result();

struct ExecutorTag {};
struct DeadlineTag {};
struct ContextTag {};

template <class T>
inline constexpr bool is_asio_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_asio_awaitable<asio::awaitable<T, Executor>> = true;
template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

template <class T>
concept Awaiter = requires(T& t) {
    t.await_ready();
    t.await_resume();
};
/// An awaiter of the SDK's own that learns which task awaits it before it is asked anything.
template <class T>
concept ContextAwaiter = Awaiter<T> && requires(T& t, TaskContext& context) { t.bind(context); };
/// The same, but the awaiter is made where the task keeps it, so that the frame holds it once, not twice.
template <class T>
concept ContextAwaitable = requires(T& t, TaskContext& context) {
    { t.awaiter(context) } -> Awaiter;
};

template <class T>
struct Ready {
    T value;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    T await_resume() noexcept { return std::forward<T>(value); }
};

class PromiseBase {
public:
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

    struct FinalAwaiter {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            if (promise.starting_) return std::noop_coroutine();  // whoever started it asks done()
            if (promise.continuation_) return promise.continuation_;
            promise.context_->finished(*promise.context_);
            return std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    Ready<LoopExecutor> await_transform(ExecutorTag) noexcept { return {context_->executor}; }
    Ready<LoopExecutor> await_transform(asio::this_coro::executor_t) noexcept { return {context_->executor}; }
    Ready<std::chrono::steady_clock::time_point> await_transform(DeadlineTag) noexcept {
        return {context_->deadline};
    }
    Ready<TaskContext&> await_transform(ContextTag) noexcept { return {*context_}; }

    // Awaiters are returned by value: g++ 12 copies one returned by reference.
    template <class Awaited>
    auto await_transform(Awaited&& awaited) {
        using Type = std::decay_t<Awaited>;
        if constexpr (is_task<Type>) {
            static_assert(
                !std::is_lvalue_reference_v<Awaited>,
                "patchbay: a Task can be awaited only once, so give it away: co_await std::move(task)");
            return typename Type::Awaiter{awaited.release(), *this};
        } else if constexpr (is_asio_awaitable<Type>) {
            auto operation =
                asio::co_spawn(context_->executor, std::forward<Awaited>(awaited), asio::deferred);
            return OperationAwaiter<decltype(operation)>{std::move(operation), *context_};
        } else if constexpr (asio::is_async_operation<Type>::value) {
            return OperationAwaiter<Type>{Type(std::forward<Awaited>(awaited)), *context_};
        } else if constexpr (ContextAwaiter<Type>) {
            Type awaiter(std::forward<Awaited>(awaited));
            awaiter.bind(*context_);
            return awaiter;
        } else if constexpr (ContextAwaitable<Type>) {
            return awaited.awaiter(*context_);
        } else if constexpr (Awaiter<Type>) {
            return Type(std::forward<Awaited>(awaited));
        } else {
            static_assert(is_task<Type>,
                          "patchbay: a Task can co_await a Task, an Asio operation (give it use_task) or an "
                          "asio::awaitable, and this is none of them");
        }
    }

    /// Runs the coroutine until it suspends or ends; true when it has ended. Otherwise the continuation, or
    /// the context's finished(), goes on when it does. (Inline rather than by symmetric transfer, which
    /// overflows the stack in unoptimised builds after many immediate awaits.)
    bool start(std::coroutine_handle<> self, TaskContext& context, std::coroutine_handle<> continuation) {
        context_ = &context;
        continuation_ = continuation;
        starting_ = true;
        self.resume();
        starting_ = false;
        return self.done();
    }

    TaskContext& context() const noexcept { return *context_; }

protected:
    void rethrow_error() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    TaskContext* context_ = nullptr;
    std::coroutine_handle<> continuation_;
    std::exception_ptr error_;
    bool starting_ = false;
};

template <class T>
class Promise final : public PromiseBase {
public:
    Task<T> get_return_object() noexcept;
    template <class Value = T>
        requires std::is_convertible_v<Value, T>
    void return_value(Value&& value) {
        value_.emplace(std::forward<Value>(value));
    }
    /// For one who moves it away before the coroutine goes.
    T&& take() {
        rethrow_error();
        if (!value_) throw_no_result();
        return std::move(*value_);
    }

private:
    std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
public:
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() { rethrow_error(); }
};

}  // namespace detail
}  // namespace patchbay
