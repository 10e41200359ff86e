// The branches behind when_all() and when_any(): tasks that are started side by side under one parent task,
// and what became of them. All on the parent's loop.
#pragma once

#include <patchbay/task.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace patchbay::detail {

/// Branches started side by side under one parent task. Owned by the coroutine that awaits it.
class Group {
public:
    enum class Policy : unsigned char { all, any };

    struct Branch : TaskContext {
        Group* group = nullptr;
        std::size_t index = 0;
        bool running = false;
    };

    Group(Policy policy, Branch* branches, std::size_t size) noexcept
        : branches_{branches}, size_{size}, pending_{size}, policy_{policy} {}
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    /// Prepares a branch to be started; `failed` tells the group afterwards how an ended task went.
    Branch& open(std::size_t index, TaskContext& parent) {
        Branch& branch = branches_[index];
        branch.group = this;
        branch.index = index;
        branch.executor = parent.executor;
        branch.deadline = parent.deadline;
        branch.request_data = parent.request_data;
        branch.cancelled = parent.cancelled || stopping_;
        branch.running = true;
        branch.finished = [](TaskContext& context) noexcept {
            auto& ended = static_cast<Branch&>(context);
            ended.group->ended(ended.index);
        };
        return branch;
    }

    void ended(std::size_t index) noexcept {
        branches_[index].running = false;
        if (first_ == none) first_ = index;
        if (policy_ == Policy::any) cancel();
        if (--pending_ == 0 && waiter_) {
            parent_->signal.slot().clear();
            std::exchange(waiter_, {}).resume();
        }
    }

    void cancel() noexcept {
        stopping_ = true;
        for (std::size_t i = 0; i < size_; ++i)
            if (branches_[i].running) branches_[i].cancel();
    }

    /// Of several failures the first counts: those that follow may come of its being cancelled.
    void fail(std::exception_ptr failure) noexcept {
        if (!failure_) failure_ = std::move(failure);
        cancel();
    }
    void rethrow_failure() {
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    std::size_t first() const noexcept { return first_; }

    // Awaiting the group's end.
    struct Wait {
        Group* group;
        bool await_ready() const noexcept { return group->pending_ == 0; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { group->waiter_ = waiter; }
        void await_resume() const noexcept {}
        void bind(TaskContext& parent) {
            group->parent_ = &parent;
            if (parent.cancelled) group->cancel();
            if (group->pending_ == 0) return;
            parent.signal.slot().assign([stopping = group](asio::cancellation_type) { stopping->cancel(); });
        }
    };

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    Branch* branches_;
    std::size_t size_;
    std::size_t pending_;
    std::size_t first_ = none;
    TaskContext* parent_ = nullptr;
    std::coroutine_handle<> waiter_;
    std::exception_ptr failure_;
    Policy policy_;
    bool stopping_ = false;
};

template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
using Outcome = std::variant<std::monostate, NonVoid<T>, std::exception_ptr>;

/// Runs one branch and keeps its outcome, so that the group learns of a failure before the results are taken.
template <class T>
Task<> run_branch(Task<T> task, Outcome<T>& outcome, Group& group, bool stop_on_error) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(task);
            outcome.template emplace<1>();
        } else {
            outcome.template emplace<1>(co_await std::move(task));
        }
    } catch (...) {
        outcome.template emplace<2>(std::current_exception());
        if (stop_on_error) group.fail(std::current_exception());
    }
}

template <class T>
NonVoid<T> result_of(Outcome<T>& outcome) {
    if (outcome.index() == 2) std::rethrow_exception(std::exchange(std::get<2>(outcome), nullptr));
    return std::move(std::get<1>(outcome));
}

}  // namespace patchbay::detail
