#include <patchbay/sleep.hpp>
#include <patchbay/task_group.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

namespace patchbay {

// The loop's plain executor: the task itself holds the lease.
using LoopTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

Task<> sleep_until(std::chrono::steady_clock::time_point time) {
    const detail::TaskContext& context = co_await detail::ContextTag{};
    LoopTimer timer{context.executor.context(), time};
    co_await timer.async_wait(use_task);
}

Task<> sleep_for(std::chrono::nanoseconds duration) {
    return sleep_until(std::chrono::steady_clock::now() + duration);
}

TimedOut::TimedOut() : std::runtime_error{"timed out"} {}
TimedOut::~TimedOut() = default;

}  // namespace patchbay
