// The threads that blocking handlers run on, and the bounded queues before them. Each plugin has a share of
// its own, so that one plugin can neither take every thread nor fill the queue of the others.
#pragma once

#include "log/repeated_event.hpp"

#include <patchbay/detail/generation_info.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace patchbay {

/// What one plugin may use of the pool: jobs.
struct ShareLimits {
    std::size_t running = 1;     ///< at least 1
    std::size_t queued = 1;      ///< that wait
    std::size_t websockets = 0;  ///< queued or running, those of WebSockets
};

/// What a plugin uses of the pool now. Owned by the plugin's entry in the registry, shared by all its
/// generations; the pool's while any job of it is queued or running.
struct ExecutorShare {
private:
    friend class ExecutorPool;
    ShareLimits limits_;
    std::size_t running_ = 0;
    std::size_t queued_ = 0;
    std::size_t websockets_ = 0;
    RepeatedEvent refused_websockets_;
    detail::BlockingJob* oldest_ = nullptr;
    detail::BlockingJob* newest_ = nullptr;
    ExecutorShare* next_ready_ = nullptr;   // in the pool's round of shares that may start a job
    ExecutorShare* next_queued_ = nullptr;  // in the pool's list of those that have jobs waiting
    ExecutorShare* previous_queued_ = nullptr;
    bool ready_ = false;
};

/// Thread-safety: every function may be called from any thread; visit_threads() and stop() not from a pool
/// thread.
class ExecutorPool {
public:
    /// `threads` >= 1 named "executor-0" and so on; at most `queue` jobs wait over all shares. Errors:
    /// std::system_error when there are not so many threads to be had.
    ExecutorPool(std::size_t threads, std::size_t queue);
    ~ExecutorPool();
    ExecutorPool(const ExecutorPool&) = delete;
    ExecutorPool& operator=(const ExecutorPool&) = delete;

    /// Queues a job; false, and nothing done, when its share or the whole queue is full, the pool has
    /// stopped, or it is a WebSocket's and as many of them as may are queued or running. Shares take turns;
    /// within one, jobs run in the order submitted. A job that is doomed or past its deadline when its turn
    /// comes is dropped instead.
    [[nodiscard]] bool submit(detail::BlockingJob& job, ExecutorShare& share) noexcept;

    /// Called by each submit() that finds no place; it must not throw. Before the first submit().
    void on_full(std::function<void()> function) { on_full_ = std::move(function); }

    std::size_t threads() const noexcept { return workers_.size(); }

    /// Changes what a share may use from now on.
    void resize(ExecutorShare& share, const ShareLimits& limits) noexcept;
    /// The same of WebSockets' jobs, over all shares; none before this is called.
    void limit_websockets(std::size_t most) noexcept;
    /// For a line in the log: how many WebSockets of the share its limit or that of all has refused since
    /// this was told last; 0 within a minute of that.
    static std::uint64_t untold_refusals(ExecutorShare& share) noexcept {
        return share.refused_websockets_.untold();
    }

    /// Waits until no thread is inside a job of that generation, or still returning from one.
    void wait_until_left(const detail::GenerationInfo& generation);
    /// Runs the function once on every pool thread, between its jobs, and waits for all of them; false when
    /// `patience` ran out first. Then no further thread begins it, but one may be in the middle of it.
    [[nodiscard]] bool visit_threads(const std::function<void()>& function,
                                     std::chrono::steady_clock::duration patience);

    /// Drops what is queued and joins the threads once their running jobs end. False when `patience` ran out
    /// first; the threads are then left to the process's end.
    bool stop(std::chrono::steady_clock::duration patience);

    /// Names of the plugins whose jobs are running now, for messages; one entry a thread.
    std::vector<std::string> running_plugins() const;

private:
    /// What one thread sleeps by. A condition variable would take the mutex for it as if others waited for
    /// that, which makes each unlocking a call of the kernel.
    class WakeUp {
    public:
        WakeUp() noexcept { ::sem_init(&semaphore_, 0, 0); }
        ~WakeUp() { ::sem_destroy(&semaphore_); }
        WakeUp(const WakeUp&) = delete;
        WakeUp& operator=(const WakeUp&) = delete;

        void call() noexcept { ::sem_post(&semaphore_); }
        /// Returns once for each call().
        void wait() noexcept {
            while (::sem_wait(&semaphore_) != 0) {
            }
        }

    private:
        sem_t semaphore_;
    };

    struct Worker {
        std::string name;
        std::thread thread;
        const detail::GenerationInfo* inside = nullptr;
        std::function<void()> visit;  // asked for, not begun
        WakeUp wake;
        Worker* next_idle = nullptr;
        bool visiting = false;
        bool ended = false;
    };

    bool takes_websocket(ExecutorShare& share) noexcept;
    void worker_main(Worker& self);
    void wait_for_work(Worker& self, std::unique_lock<std::mutex>& lock);
    Worker* take_idle() noexcept;
    void wake_all() noexcept;
    void push(detail::BlockingJob& job, ExecutorShare& share) noexcept;
    void make_ready(ExecutorShare& share) noexcept;
    detail::BlockingJob* pop_oldest(ExecutorShare& share) noexcept;
    detail::BlockingJob* take_job(ExecutorShare*& share) noexcept;
    void run_job(Worker& self, std::unique_lock<std::mutex>& lock);

    std::function<void()> on_full_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;  // a worker left a job, finished a visit or ended
    std::vector<std::unique_ptr<Worker>> workers_;
    ExecutorShare* first_ready_ = nullptr;
    ExecutorShare* last_ready_ = nullptr;
    ExecutorShare* queued_shares_ = nullptr;
    std::size_t max_queued_;
    std::size_t queued_ = 0;
    std::size_t max_websockets_ = 0;
    std::size_t websockets_ = 0;  // queued or running
    Worker* idle_ = nullptr;  // those that wait for work, the last that began to first: its caches are warm
    bool stopping_ = false;
};

}  // namespace patchbay
