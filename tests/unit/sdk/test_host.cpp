#include "test_host.hpp"

#include <algorithm>

namespace patchbay::test {

TestHost::TestHost(unsigned loops, unsigned executors, std::size_t queue) : queue_{queue} {
    generation_.plugin = "tested";
    generation_.number = 1;
    generation_.services = this;
    for (unsigned i = 0; i < loops; ++i) {
        Loop& loop = *loops_.emplace_back(std::make_unique<Loop>(generation_));
        loop.name = "loop-" + std::to_string(i);
    }
    generation_.home_loop = &loops_.front()->context;
    generation_.begin_serving();
    for (auto& each : loops_) {
        each->thread = std::thread{[loop = each.get()] {
            detail::thread_state = {detail::ThreadKind::event_loop, loop->name.c_str(), &loop->context,
                                    nullptr};
            loop->context.run();
        }};
    }
    for (unsigned i = 0; i < executors; ++i) {
        const std::string& name = names_.emplace_back("executor-" + std::to_string(i));
        executors_.emplace_back([this, &name] { run_executor(name); });
    }
}

TestHost::~TestHost() {
    resume_executors();
    const bool quiet = wait_for_quiet();
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : executors_) thread.join();
    for (auto& loop : loops_) {
        loop->work.reset();
        if (!quiet) loop->context.stop();
        loop->thread.join();
    }
    if (!quiet) std::terminate();
}

void TestHost::run_executor(const std::string& name) {
    detail::thread_state = {detail::ThreadKind::executor, name.c_str(), nullptr, nullptr};
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !calls_.empty() || (!paused_ && !jobs_.empty()); });
        const detail::LeaseScope scope{&loops_.front()->block};
        if (!calls_.empty()) {
            const auto call = std::move(calls_.front());
            calls_.pop_front();
            lock.unlock();
            call();
        } else if (!jobs_.empty()) {
            detail::BlockingJob* const job = jobs_.front();
            jobs_.pop_front();
            lock.unlock();
            if (job->doomed) {
                job->drop(detail::BlockingJob::Drop::cancelled);
            } else if (job->deadline < std::chrono::steady_clock::now()) {
                job->drop(detail::BlockingJob::Drop::deadline_passed);
            } else {
                detail::thread_state.job = job;
                job->run();
                detail::thread_state.job = nullptr;
            }
        } else {
            return;
        }
        lock.lock();
    }
}

void TestHost::enqueue(std::function<void()> call) {
    const std::scoped_lock lock{mutex_};
    calls_.push_back(std::move(call));
    changed_.notify_all();
}

bool TestHost::submit(detail::BlockingJob& job, detail::GenerationInfo&) noexcept {
    const std::scoped_lock lock{mutex_};
    if (jobs_.size() >= queue_) return false;
    jobs_.push_back(&job);
    changed_.notify_all();
    return true;
}

void TestHost::pause_executors() {
    const std::scoped_lock lock{mutex_};
    paused_ = true;
}

void TestHost::resume_executors() {
    const std::scoped_lock lock{mutex_};
    paused_ = false;
    changed_.notify_all();
}

void TestHost::wait_for_queued(std::size_t jobs) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [&] { return jobs_.size() >= jobs; })) {
        throw std::runtime_error{"the job was not queued"};
    }
}

void TestHost::drop_queued(detail::BlockingJob::Drop reason) {
    std::deque<detail::BlockingJob*> dropped;
    {
        const std::scoped_lock lock{mutex_};
        dropped.swap(jobs_);
    }
    for (detail::BlockingJob* job : dropped) job->drop(reason);
}

bool TestHost::wait_for_quiet() {
    const auto until = std::chrono::steady_clock::now() + patience;
    const auto quiet = [](const auto& loop) { return loop->block.count() == 1; };
    while (!std::all_of(loops_.begin(), loops_.end(), quiet)) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
    }
    return true;
}

std::vector<std::string> TestHost::log_lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
}

void TestHost::log(LogLevel level, std::string_view plugin, std::string_view message) noexcept {
    const std::scoped_lock lock{mutex_};
    lines_.push_back(std::to_string(static_cast<int>(level)) + " " + std::string{plugin} + ": " +
                     std::string{message});
}

}  // namespace patchbay::test
