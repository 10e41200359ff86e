// Running several Tasks at once on the same event loop: when_all, when_any, with_timeout. Every started
// branch is waited for before the combination ends, so a branch may refer to its parent's variables.
#pragma once

#include <patchbay/detail/task_branches.hpp>
#include <patchbay/sleep.hpp>
#include <patchbay/task.hpp>

#include <array>
#include <chrono>
#include <stdexcept>
#include <tuple>
#include <variant>
#include <vector>

namespace patchbay {

/// with_timeout()'s error.
class PATCHBAY_API TimedOut final : public std::runtime_error {
public:
    TimedOut();
    ~TimedOut() override;
};

/// Runs the tasks side by side and gives all results as a tuple (std::monostate for void). When one throws,
/// the others are cancelled, and the first exception is thrown once all have ended.
template <class... T>
Task<std::tuple<detail::NonVoid<T>...>> when_all(Task<T>... tasks) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    std::array<detail::Group::Branch, sizeof...(T)> branches;
    detail::Group group{detail::Group::Policy::all, branches.data(), branches.size()};
    std::tuple<detail::Outcome<T>...> outcomes;
    auto run = [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Task<>, sizeof...(T)>{
            detail::run_branch<T>(std::move(tasks), std::get<I>(outcomes), group, true)...};
    };
    auto running = run(std::index_sequence_for<T...>{});
    for (std::size_t i = 0; i < running.size(); ++i)
        if (running[i].start(group.open(i, context))) group.ended(i);
    co_await detail::Group::Wait{&group};
    group.rethrow_failure();
    co_return std::apply(
        [](auto&... outcome) { return std::tuple<detail::NonVoid<T>...>{detail::result_of<T>(outcome)...}; },
        outcomes);
}

/// The same for any number of tasks of one type; the results keep the order of the tasks.
template <class T>
Task<std::vector<detail::NonVoid<T>>> when_all(std::vector<Task<T>> tasks) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    std::vector<detail::Group::Branch> branches(tasks.size());
    detail::Group group{detail::Group::Policy::all, branches.data(), branches.size()};
    std::vector<detail::Outcome<T>> outcomes(tasks.size());
    std::vector<Task<>> running;
    running.reserve(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        running.push_back(detail::run_branch<T>(std::move(tasks[i]), outcomes[i], group, true));
        if (running.back().start(group.open(i, context))) group.ended(i);
    }
    co_await detail::Group::Wait{&group};
    group.rethrow_failure();
    std::vector<detail::NonVoid<T>> results;
    results.reserve(outcomes.size());
    for (auto& outcome : outcomes) results.push_back(detail::result_of<T>(outcome));
    co_return results;
}

/// Runs both until one ends, cancels the other and waits for it; gives the first one's result (index 0 or 1),
/// or its exception. The loser's result and exception are dropped.
template <class A, class B>
Task<std::variant<detail::NonVoid<A>, detail::NonVoid<B>>> when_any(Task<A> a, Task<B> b) {
    using Result = std::variant<detail::NonVoid<A>, detail::NonVoid<B>>;
    detail::TaskContext& context = co_await detail::ContextTag{};
    std::array<detail::Group::Branch, 2> branches;
    detail::Group group{detail::Group::Policy::any, branches.data(), branches.size()};
    detail::Outcome<A> outcome_a;
    detail::Outcome<B> outcome_b;
    std::array<Task<>, 2> running{detail::run_branch<A>(std::move(a), outcome_a, group, false),
                                  detail::run_branch<B>(std::move(b), outcome_b, group, false)};
    for (std::size_t i = 0; i < running.size(); ++i)
        if (running[i].start(group.open(i, context))) group.ended(i);
    co_await detail::Group::Wait{&group};
    if (group.first() == 0) co_return Result{std::in_place_index<0>, detail::result_of<A>(outcome_a)};
    co_return Result{std::in_place_index<1>, detail::result_of<B>(outcome_b)};
}

/// The task's result, or TimedOut when it has not ended after `limit`; it is cancelled then, and waited for.
template <class T>
Task<T> with_timeout(Task<T> task, std::chrono::nanoseconds limit) {
    auto winner = co_await when_any(std::move(task), sleep_for(limit));
    if (winner.index() == 1) throw TimedOut{};
    if constexpr (!std::is_void_v<T>) co_return std::get<0>(std::move(winner));
}

}  // namespace patchbay
