// Ends drained generations, one after another, on a thread of its own: never where the last lease happened to
// go, since that may be in the middle of the generation's own code. Owned by the plugin manager.
#pragma once

#include "plugin/audit.hpp"
#include "plugin/generation.hpp"
#include "runtime/executor_pool.hpp"
#include "runtime/loop_thread.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace patchbay {

/// How a generation ended.
struct ReapReport {
    std::shared_ptr<Generation> generation;
    bool unmapped = false;
    std::vector<std::string> pins;     ///< why it is still mapped, if it is
    std::string stop_problem;          ///< what stop() or the destructor threw
    std::chrono::milliseconds took{};  ///< from drained to unmapped
};

class Reaper {
public:
    using OnReaped = std::function<void(ReapReport)>;

    /// Preconditions: no plugin was loaded yet. on_reaped is called on the reaper's thread. The loops and the
    /// pool must run until stop() has returned.
    Reaper(std::vector<LoopThread*> loops, ExecutorPool& executor, OnReaped on_reaped);
    ~Reaper();
    Reaper(const Reaper&) = delete;
    Reaper& operator=(const Reaper&) = delete;

    /// Queues a generation whose last lease has gone. Past `patience` a thread that a blocking handler keeps
    /// is not waited for any longer: what it owes the generation keeps that mapped. Thread-safe, and callable
    /// from anywhere.
    void reap(std::shared_ptr<Generation> generation, std::chrono::milliseconds patience);
    /// Reaps what is queued, then joins the thread.
    void stop();

private:
    void thread_main();
    ReapReport end(std::shared_ptr<Generation> generation, std::chrono::milliseconds patience);
    void leave_everywhere(const Generation& generation);
    std::vector<std::string> run_destructors_everywhere(AddressRange range,
                                                        std::chrono::milliseconds patience);
    std::vector<std::string> audit(AddressRange range);

    std::vector<LoopThread*> loops_;
    ExecutorPool& executor_;
    OnReaped on_reaped_;
    ThreadAudit threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    struct Drained {
        std::shared_ptr<Generation> generation;
        std::chrono::milliseconds patience;
    };
    std::deque<Drained> drained_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace patchbay
