// Awaiting an Asio operation inside a Task. The state lives in the awaiting coroutine's frame; the completion
// handler carries the task's pinned executor and cancellation slot. A completion on a foreign thread is
// posted to the loop.
#pragma once

#include <patchbay/detail/task_context.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

namespace patchbay::detail {

template <class... Args>
struct OperationState {
    enum class Stage : unsigned char { initiating, waiting, complete };

    TaskContext* context = nullptr;
    std::coroutine_handle<> waiter;
    std::optional<std::tuple<Args...>> result;
    Stage stage = Stage::initiating;

    void complete() {
        context->signal.slot().clear();
        if (std::exchange(stage, Stage::complete) != Stage::waiting) return;
        const HandlerScope scope{context->executor.lease()};
        waiter.resume();
    }
};

template <class... Args>
class OperationHandler {
public:
    using executor_type = LoopExecutor;
    using cancellation_slot_type = asio::cancellation_slot;

    explicit OperationHandler(OperationState<Args...>* state) noexcept : state_{state} {}
    OperationHandler(OperationHandler&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
    OperationHandler& operator=(OperationHandler&&) = delete;
    ~OperationHandler() {
        if (state_) abandoned();
    }

    void operator()(Args... args) {
        auto* state = std::exchange(state_, nullptr);
        state->result.emplace(std::move(args)...);
        const TaskContext& context = *state->context;
        // Not inside a cancellation, which still uses the slot, nor inside another handler, which may be in
        // the middle of a change to what both use.
        if (context.executor.running_in_this_thread() && !context.cancelling &&
            (!thread_state.in_handler || state->stage == OperationState<Args...>::Stage::initiating)) {
            return state->complete();
        }
        asio::post(state->context->executor, [state] { state->complete(); });
    }

    const LoopExecutor& get_executor() const noexcept { return state_->context->executor; }
    asio::cancellation_slot get_cancellation_slot() const noexcept { return state_->context->signal.slot(); }

private:
    // The operation was dropped without calling its handler: the task goes on with operation_aborted.
    void abandoned() noexcept {
        auto* state = std::exchange(state_, nullptr);
        // Dropped by a throwing initiation, the state won't live until a posted function runs.
        if (state->context->executor.running_in_this_thread() &&
            state->stage == OperationState<Args...>::Stage::initiating) {
            return state->complete();
        }
        asio::post(state->context->executor, [state] { state->complete(); });
    }

    OperationState<Args...>* state_;
};

/// What `co_await` gives for completion arguments: nothing, a value, or a tuple; a leading error is thrown.
template <class First, class... Rest>
auto values_of(First& first, Rest&... rest) {
    if constexpr (std::is_same_v<First, boost::system::error_code>) {
        if (first) throw boost::system::system_error{first};
    } else if constexpr (std::is_same_v<First, std::exception_ptr>) {
        if (first) std::rethrow_exception(std::exchange(first, nullptr));
    } else if constexpr (sizeof...(Rest) == 0) {
        return First{std::move(first)};
    } else {
        return std::tuple<First, Rest...>{std::move(first), std::move(rest)...};
    }
    if constexpr (std::is_same_v<First, boost::system::error_code> ||
                  std::is_same_v<First, std::exception_ptr>) {
        if constexpr (sizeof...(Rest) == 1) return std::get<0>(std::tuple<Rest...>{std::move(rest)...});
        if constexpr (sizeof...(Rest) > 1) return std::tuple<Rest...>{std::move(rest)...};
    }
}
inline void values_of() {}

template <class Signature>
struct OperationTypes;
template <class R, class... Args>
struct OperationTypes<R(Args...)> {
    using State = OperationState<std::decay_t<Args>...>;
    using Handler = OperationHandler<std::decay_t<Args>...>;
};

template <class Operation>
class OperationAwaiter {
    using Types = OperationTypes<typename asio::completion_signature_of<Operation>::type>;
    using Stage = typename Types::State::Stage;

public:
    OperationAwaiter(Operation&& operation, TaskContext& context) : operation_{std::move(operation)} {
        state_.context = &context;
    }

    bool await_ready() const {
        if (state_.context->cancelled)
            throw boost::system::system_error{asio::error::operation_aborted, "cancelled"};
        return false;
    }
    bool await_suspend(std::coroutine_handle<> waiter) {
        state_.waiter = waiter;
        std::move(operation_)(typename Types::Handler{&state_});
        if (state_.stage == Stage::complete) return false;
        state_.stage = Stage::waiting;
        return true;
    }
    auto await_resume() {
        if (!state_.result)
            throw boost::system::system_error{asio::error::operation_aborted, "the operation was dropped"};
        return std::apply([](auto&... args) { return values_of(args...); }, *state_.result);
    }

private:
    Operation operation_;
    typename Types::State state_;
};

}  // namespace patchbay::detail
