#include <patchbay/spawn.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>

namespace patchbay {
namespace detail {

DetachedTask::DetachedTask(LoopExecutor on, Task<> what) : task{std::move(what)} {
    executor = std::move(on);
    finished = [](TaskContext& context) noexcept { static_cast<DetachedTask&>(context).settle(); };
    GenerationInfo& generation = executor.lease()->generation();
    {
        const std::scoped_lock lock{generation.detached_mutex};
        following = generation.detached;
        if (following) following->previous = this;
        generation.detached = this;
    }
    asio::post(executor, [this] {
        if (task.start(*this)) settle();
    });
}

DetachedTask::~DetachedTask() {
    GenerationInfo& generation = executor.lease()->generation();
    const std::scoped_lock lock{generation.detached_mutex};
    (previous ? previous->following : generation.detached) = following;
    if (following) following->previous = previous;
}

// The result, the frame and the exception are the plugin's: they go before the lease does.
void DetachedTask::settle() noexcept {
    const LoopExecutor keep_mapped = executor;
    const LeaseScope scope{keep_mapped.lease()};
    try {
        task.take();
    } catch (const std::exception& error) {
        if (!cancelled) log(LogLevel::error, std::string{"a spawned task failed: "} + error.what());
    } catch (...) {
        log(LogLevel::error, "a spawned task failed with an exception that is no std::exception");
    }
    task = {};
    delete this;
}

void GenerationInfo::cancel_detached() {
    const std::scoped_lock lock{detached_mutex};
    for (DetachedTask* entry = detached; entry; entry = entry->following) {
        // By the time this runs on its loop the task may be gone, so look it up again there; one that now has
        // its place in memory may belong to another loop.
        asio::post(entry->executor, [this, entry, loop = &entry->executor.context()] {
            std::unique_lock search{detached_mutex};
            for (DetachedTask* found = detached; found; found = found->following) {
                if (found != entry || &found->executor.context() != loop) continue;
                search.unlock();
                return found->cancel();  // only this loop's thread ends it
            }
        });
    }
}

}  // namespace detail

void spawn(Task<> task) {
    const detail::ThreadState& state = detail::thread_state;
    if (!state.lease) throw std::logic_error{"patchbay: spawn() was called on a thread that runs no handler"};
    asio::io_context* loop = state.loop ? state.loop : state.lease->generation().home_loop;
    new detail::DetachedTask{LoopExecutor{*loop, state.lease}, std::move(task)};  // settle() deletes it
}

}  // namespace patchbay
