#include "loop_timer.hpp"

#include <patchbay/sleep.hpp>
#include <patchbay/task_group.hpp>

namespace patchbay {

Task<> sleep_until(std::chrono::steady_clock::time_point time) {
    const detail::TaskContext& context = co_await detail::ContextTag{};
    detail::LoopTimer timer{context.executor.context(), time};
    co_await timer.async_wait(use_task);
}

Task<> sleep_for(std::chrono::nanoseconds duration) {
    return sleep_until(std::chrono::steady_clock::now() + duration);
}

TimedOut::TimedOut() : std::runtime_error{"timed out"} {}
TimedOut::~TimedOut() = default;

}  // namespace patchbay
