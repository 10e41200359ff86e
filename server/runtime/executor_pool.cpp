#include "runtime/executor_pool.hpp"

#include "log/start_thread.hpp"
#include "runtime/host_thread.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace patchbay {

using detail::BlockingJob;

namespace {

bool is_websocket(const BlockingJob& job) noexcept { return job.kind != BlockingJob::Kind::call; }

}  // namespace

ExecutorPool::ExecutorPool(std::size_t threads, std::size_t queue) : max_queued_{queue} {
    workers_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<Worker>());
        workers_.back()->name = "executor-" + std::to_string(i);
    }
    try {
        for (auto& worker : workers_)
            worker->thread = start_thread(worker->name, [this, &self = *worker] { worker_main(self); });
    } catch (...) {
        for (auto& worker : workers_) worker->ended = !worker->thread.joinable();
        stop(std::chrono::hours{1});
        throw;
    }
}

ExecutorPool::~ExecutorPool() {
    if (!stop(std::chrono::hours{24 * 365})) std::terminate();
}

bool ExecutorPool::submit(BlockingJob& job, ExecutorShare& share) noexcept {
    Worker* woken = nullptr;
    {
        std::unique_lock lock{mutex_};
        if (stopping_) return false;
        if (queued_ >= max_queued_ || share.queued_ >= share.limits_.queued) {
            lock.unlock();
            if (on_full_) on_full_();
            return false;
        }
        if (job.kind == BlockingJob::Kind::websocket && !takes_websocket(share)) return false;
        push(job, share);
        make_ready(share);
        if (first_ready_) woken = take_idle();
    }
    if (woken) woken->wake.call();  // it finds the mutex free
    return true;
}

void ExecutorPool::push(BlockingJob& job, ExecutorShare& share) noexcept {
    if (is_websocket(job)) {
        ++share.websockets_;
        ++websockets_;
    }
    job.next = nullptr;
    if (share.queued_ == 0) {
        share.previous_queued_ = nullptr;
        share.next_queued_ = queued_shares_;
        if (queued_shares_) queued_shares_->previous_queued_ = &share;
        queued_shares_ = &share;
    }
    (share.newest_ ? share.newest_->next : share.oldest_) = &job;
    share.newest_ = &job;
    ++share.queued_;
    ++queued_;
}

bool ExecutorPool::takes_websocket(ExecutorShare& share) noexcept {
    if (share.websockets_ < share.limits_.websockets && websockets_ < max_websockets_) return true;
    share.refused_websockets_.count();
    return false;
}

void ExecutorPool::limit_websockets(std::size_t most) noexcept {
    const std::scoped_lock lock{mutex_};
    max_websockets_ = most;
}

void ExecutorPool::resize(ExecutorShare& share, const ShareLimits& limits) noexcept {
    const std::scoped_lock lock{mutex_};
    share.limits_ = limits;
    share.limits_.running = std::max<std::size_t>(1, limits.running);
    make_ready(share);
    wake_all();
}

ExecutorPool::Worker* ExecutorPool::take_idle() noexcept {
    Worker* const worker = idle_;
    if (!worker) return nullptr;
    idle_ = worker->next_idle;
    return worker;
}

void ExecutorPool::wake_all() noexcept {
    while (Worker* const worker = take_idle()) worker->wake.call();
}

void ExecutorPool::wait_for_work(Worker& self, std::unique_lock<std::mutex>& lock) {
    self.next_idle = std::exchange(idle_, &self);
    lock.unlock();
    self.wake.wait();
    lock.lock();
}

void ExecutorPool::make_ready(ExecutorShare& share) noexcept {
    if (share.ready_ || share.queued_ == 0 || share.running_ >= share.limits_.running) return;
    share.ready_ = true;
    share.next_ready_ = nullptr;
    (last_ready_ ? last_ready_->next_ready_ : first_ready_) = &share;
    last_ready_ = &share;
}

// The oldest job of the share whose turn it is; the share then goes to the end of the round.
BlockingJob* ExecutorPool::take_job(ExecutorShare*& share) noexcept {
    share = first_ready_;
    if (!share) return nullptr;
    first_ready_ = share->next_ready_;
    if (!first_ready_) last_ready_ = nullptr;
    share->ready_ = false;

    BlockingJob* job = pop_oldest(*share);
    ++share->running_;
    make_ready(*share);
    return job;
}

BlockingJob* ExecutorPool::pop_oldest(ExecutorShare& share) noexcept {
    BlockingJob* job = share.oldest_;
    share.oldest_ = job->next;
    --queued_;
    if (--share.queued_ > 0) return job;
    share.newest_ = nullptr;
    (share.previous_queued_ ? share.previous_queued_->next_queued_ : queued_shares_) = share.next_queued_;
    if (share.next_queued_) share.next_queued_->previous_queued_ = share.previous_queued_;
    return job;
}

void ExecutorPool::run_job(Worker& self, std::unique_lock<std::mutex>& lock) {
    ExecutorShare* share = nullptr;
    BlockingJob* job = take_job(share);
    if (!job) return;
    self.inside = job->lease ? &job->lease->generation() : nullptr;
    const bool websocket = is_websocket(*job);  // which is gone by the end
    lock.unlock();
    {
        const detail::LeaseScope scope{job->lease};
        if (job->doomed.load(std::memory_order_relaxed)) {
            job->drop(BlockingJob::Drop::cancelled);
        } else if (job->deadline != std::chrono::steady_clock::time_point::max() &&
                   job->deadline < std::chrono::steady_clock::now()) {
            job->drop(BlockingJob::Drop::deadline_passed);
        } else {
            detail::thread_state.job = job;
            job->run();
            detail::thread_state.job = nullptr;
        }
    }
    lock.lock();
    self.inside = nullptr;
    --share->running_;
    if (websocket) {
        --share->websockets_;
        --websockets_;
    }
    make_ready(*share);
    changed_.notify_all();
}

void ExecutorPool::worker_main(Worker& self) {
    {
        const HostThread thread{detail::ThreadKind::executor, self.name};
        std::unique_lock lock{mutex_};
        for (;;) {
            if (self.visit) {
                const std::function<void()> visit = std::exchange(self.visit, nullptr);
                self.visiting = true;
                lock.unlock();
                visit();
                lock.lock();
                self.visiting = false;
                changed_.notify_all();
            } else if (first_ready_) {
                run_job(self, lock);
            } else if (stopping_) {
                break;
            } else {
                wait_for_work(self, lock);
            }
        }
    }
    const std::scoped_lock lock{mutex_};
    self.ended = true;
    changed_.notify_all();
}

void ExecutorPool::wait_until_left(const detail::GenerationInfo& generation) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] {
        return std::none_of(workers_.begin(), workers_.end(),
                            [&](const auto& worker) { return worker->inside == &generation; });
    });
}

bool ExecutorPool::visit_threads(const std::function<void()>& function,
                                 std::chrono::steady_clock::duration patience) {
    std::unique_lock lock{mutex_};
    for (auto& worker : workers_)
        if (!worker->ended) worker->visit = function;
    wake_all();
    const auto all_visited = [this] {
        return std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) {
            return worker->ended || (!worker->visit && !worker->visiting);
        });
    };
    if (changed_.wait_for(lock, patience, all_visited)) return true;
    for (auto& worker : workers_) worker->visit = nullptr;
    return false;
}

bool ExecutorPool::stop(std::chrono::steady_clock::duration patience) {
    std::vector<BlockingJob*> dropped;
    std::unique_lock lock{mutex_};
    stopping_ = true;
    for (; first_ready_; first_ready_ = first_ready_->next_ready_) first_ready_->ready_ = false;
    last_ready_ = nullptr;
    while (queued_shares_) dropped.push_back(pop_oldest(*queued_shares_));
    wake_all();
    lock.unlock();
    for (BlockingJob* job : dropped) job->drop(BlockingJob::Drop::shutting_down);
    lock.lock();
    const auto all_ended = [this] {
        return std::all_of(workers_.begin(), workers_.end(),
                           [](const auto& worker) { return worker->ended; });
    };
    if (!changed_.wait_for(lock,
                           std::min<std::chrono::steady_clock::duration>(patience, std::chrono::hours{24}),
                           all_ended)) {
        return false;
    }
    lock.unlock();
    for (auto& worker : workers_)
        if (worker->thread.joinable()) worker->thread.join();
    return true;
}

std::vector<std::string> ExecutorPool::running_plugins() const {
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> plugins;
    for (const auto& worker : workers_)
        if (worker->inside) plugins.push_back(worker->inside->plugin);
    return plugins;
}

}  // namespace patchbay
