#include <patchbay/blocking.hpp>
#include <patchbay/spawn.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>
#include <string>

namespace patchbay {
namespace detail {

void throw_empty_task() {
    throw std::logic_error{
        "patchbay: this Task is empty: it was moved from or awaited before, or never was a coroutine's"};
}

void throw_no_result() {
    throw std::logic_error{"patchbay: a coroutine ended without the co_return that its type asks for"};
}

void OutsideTask::link() {
    GenerationInfo& generation = executor.lease()->generation();
    const std::scoped_lock lock{generation.outside_mutex};
    // What stop() waits for is the plugin's farewell.
    const bool unwanted = generation.stopping || (while_serving && generation.replaced);
    cancelled = cancelled || (unwanted && !generation.ending);
    following = generation.outside;
    if (following) following->previous = this;
    generation.outside = this;
}

void OutsideTask::unlink() noexcept {
    GenerationInfo& generation = executor.lease()->generation();
    const std::scoped_lock lock{generation.outside_mutex};
    (previous ? previous->following : generation.outside) = following;
    if (following) following->previous = previous;
}

SpawnedPlace::SpawnedPlace(GenerationInfo& generation) : generation_{generation} {
    if (generation.spawned.fetch_add(1, std::memory_order_relaxed) <
        generation.most_spawned.load(std::memory_order_relaxed))
        return;
    generation.spawned.fetch_sub(1, std::memory_order_relaxed);
    if (!generation.spawn_refused.exchange(true))
        log(LogLevel::warning, "spawn() refused a task: as many are under way as plugins.tasks allows (" +
                                   std::to_string(generation.most_spawned) +
                                   "); further ones are not reported");
    throw_busy();
}

SpawnedPlace::~SpawnedPlace() { generation_.spawned.fetch_sub(1, std::memory_order_relaxed); }

// Nothing refers to it yet should posting fail for want of memory.
SpawnedTask::SpawnedTask(LoopExecutor on, Task<> what, bool only_while_serving)
    : OutsideTask{std::move(on)}, place{executor.lease()->generation()}, task{std::move(what)} {
    while_serving = only_while_serving;
    finished = [](TaskContext& context) noexcept { static_cast<SpawnedTask&>(context).settle(); };
    asio::post(executor, [this] {
        link();
        const HandlerScope scope{executor.lease()};
        if (task.start(*this)) settle();
    });
}

// The result, the frame and the exception are the plugin's: they go before the lease does.
void SpawnedTask::settle() noexcept {
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
    unlink();
    delete this;
}

namespace {

// By the time this runs on its loop the task may be gone, so it is looked up again there; one that now has
// its place in memory may belong to another loop, or be meant to go on. Precondition: the generation's
// outside_mutex is held.
void cancel_on_its_loop(GenerationInfo& generation, OutsideTask& task, bool only_while_serving) {
    asio::post(task.executor,
               [&generation, only_while_serving, entry = &task, loop = &task.executor.context()] {
                   std::unique_lock search{generation.outside_mutex};
                   for (OutsideTask* found = generation.outside; found; found = found->following) {
                       if (found != entry || &found->executor.context() != loop) continue;
                       if (only_while_serving && !found->while_serving) return;
                       search.unlock();
                       return found->cancel();  // only this loop's thread unlinks it
                   }
               });
}

}  // namespace

void GenerationInfo::cancel_outside() {
    const std::scoped_lock lock{outside_mutex};
    stopping = true;
    for (StopListener* listener = listeners; listener; listener = listener->following) listener->stopped();
    for (OutsideTask* entry = outside; entry; entry = entry->following)
        cancel_on_its_loop(*this, *entry, false);
}

void GenerationInfo::end_serving() {
    const std::scoped_lock lock{outside_mutex};
    replaced = true;
    for (OutsideTask* entry = outside; entry; entry = entry->following)
        if (entry->while_serving) cancel_on_its_loop(*this, *entry, true);
}

void StopListener::link(GenerationInfo& of) {
    const std::scoped_lock lock{of.outside_mutex};
    generation_ = &of;
    following = of.listeners;
    if (following) following->previous_ = this;
    of.listeners = this;
    if (of.stopping && !of.ending) stopped();
}

void StopListener::unlink() noexcept {
    if (!generation_) return;
    const std::scoped_lock lock{generation_->outside_mutex};
    (previous_ ? previous_->following : generation_->listeners) = following;
    if (following) following->previous_ = previous_;
}

}  // namespace detail

namespace {

void spawn_task(Task<> task, const char* caller, bool only_while_serving) {
    task.require_coroutine();
    const detail::ThreadState& state = detail::thread_state;
    if (!state.lease) {
        throw std::logic_error{std::string{"patchbay: "} + caller +
                               " was called on a thread that runs no handler"};
    }
    if (state.lease->generation().ending) {
        throw std::logic_error{std::string{"patchbay: "} + caller +
                               " was called in stop() or a destructor, when every task must have ended"};
    }
    asio::io_context* loop = state.loop ? state.loop : state.lease->generation().home_loop;
    // settle() deletes it.
    new detail::SpawnedTask{LoopExecutor{*loop, state.lease}, std::move(task), only_while_serving};
}

}  // namespace

void spawn(Task<> task) { spawn_task(std::move(task), "spawn()", false); }

void spawn_while_serving(Task<> task) {
    spawn_task(std::move(task), "spawn_while_serving(), spawn_every() or spawn_cron()", true);
}

}  // namespace patchbay
