#include "testing_host.hpp"

#include <algorithm>

namespace patchbay::detail {

FakeHost::FakeHost(const testing::Options& options) : options_{options} {
    generation_.plugin = options.plugin;
    generation_.number = 1;
    generation_.services = this;
    generation_.home_loop = &loop_;
    generation_.begin_serving();
    generation_.host = this;
    threads_.emplace_back([this] { run_loop(); });
    for (unsigned i = 0; i < options.executor_threads; ++i) {
        const std::string& name = executor_names_.emplace_back("executor-" + std::to_string(i));
        threads_.emplace_back([this, &name] { run_executor(name); });
    }
}

FakeHost::~FakeHost() { join(); }

void FakeHost::join() noexcept {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
        changed_.notify_all();
    }
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void FakeHost::log(LogLevel level, std::string_view plugin, std::string_view message) noexcept {
    const std::scoped_lock lock{mutex_};
    lines_.push_back({level, std::string{plugin}, std::string{message}});
}

std::vector<testing::LogLine> FakeHost::log_lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
}

void FakeHost::add_hints(testing::Headers hints) {
    const std::scoped_lock lock{mutex_};
    hints_.push_back(std::move(hints));
}

std::vector<testing::Headers> FakeHost::hints() const {
    const std::scoped_lock lock{mutex_};
    return hints_;
}

long FakeHost::leases() const noexcept {
    const std::scoped_lock lock{mutex_};
    return lease_.count() - (published_ ? 1 : 0);
}

ThreadState FakeHost::control_thread() noexcept { return {ThreadKind::control, "control", nullptr, &lease_}; }

void FakeHost::run_loop() noexcept {
    thread_state = {ThreadKind::event_loop, "loop-0", &loop_, nullptr};
    for (;;) {
        try {
            loop_.run();
            return;
        } catch (const std::exception& error) {
            log(LogLevel::error, generation_.plugin,
                std::string{"a callback on the event loop threw: "} + error.what());
        } catch (...) {
            log(LogLevel::error, generation_.plugin,
                "a callback on the event loop threw what is no std::exception");
        }
    }
}

bool FakeHost::submit(BlockingJob& job, GenerationInfo&) noexcept {
    const std::scoped_lock lock{mutex_};
    if (stopping_ || jobs_.size() >= options_.executor_queue) return false;
    jobs_.push_back(&job);
    changed_.notify_all();
    return true;
}

void FakeHost::run_executor(const std::string& name) noexcept {
    thread_state = {ThreadKind::executor, name.c_str(), nullptr, nullptr};
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        BlockingJob& job = *jobs_.front();
        jobs_.pop_front();
        lock.unlock();
        {
            const LeaseScope scope{&lease_};
            if (job.doomed) {
                job.drop(BlockingJob::Drop::cancelled);
            } else if (job.deadline <= std::chrono::steady_clock::now()) {
                job.drop(BlockingJob::Drop::deadline_passed);
            } else {
                thread_state.job = &job;
                job.run();
                thread_state.job = nullptr;
            }
        }
        lock.lock();
    }
}

void FakeHost::on_zero(LeaseBlock& block) noexcept {
    FakeHost& host = *static_cast<FakeGeneration&>(block.generation()).host;
    const std::scoped_lock lock{host.mutex_};
    host.idle_ = true;
    host.changed_.notify_all();
}

bool FakeHost::wait_until_idle(std::chrono::nanoseconds limit) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, [this] { return idle_; });
}

bool FakeHost::retire() {
    {
        const std::scoped_lock lock{mutex_};
        published_ = false;
    }
    generation_.end_serving();
    lease_.release();
    if (wait_until_idle(options_.drain)) return true;
    // Again and again: a task that is told to stop may spawn another.
    constexpr std::chrono::nanoseconds between = 20ms;
    const auto deadline = std::chrono::steady_clock::now() + options_.close_limit;
    do {
        generation_.cancel_outside();
        if (wait_until_idle(between)) return true;
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
}

void FakeHost::publish() {
    const std::scoped_lock lock{mutex_};
    lease_.acquire();
    published_ = true;
    idle_ = false;
}

std::string FakeHost::whats_left() const {
    using seconds = std::chrono::duration<double>;
    std::string limit = std::to_string(seconds{options_.drain + options_.close_limit}.count());
    limit.resize(limit.find('.') + 2);
    return "patchbay: " + std::to_string(leases()) + " lease(s) on plugin '" + options_.plugin +
           "' are still held after " + limit +
           " s: a request or task that does not end when it is cancelled, or an executor kept in a timer, "
           "socket or "
           "variable that outlives its task";
}

}  // namespace patchbay::detail
