// A host for the SDK's own tests: several event loop threads with a lease block each, executor threads that
// can be held back, and the log. Owned by the test; everything it waits for has a deadline.
#pragma once

#include "running_task.hpp"

#include <patchbay/detail/channel_bus.hpp>
#include <patchbay/plugin.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace patchbay::test {

class TestHost final : public detail::HostServices {
public:
    explicit TestHost(unsigned loops = 1, unsigned executors = 1, std::size_t queue = 64);
    /// Joins everything; std::terminate when a lease is left.
    ~TestHost();

    asio::io_context& loop(unsigned index = 0) { return loops_.at(index)->context; }
    detail::LeaseBlock& block(unsigned index = 0) { return loops_.at(index)->block; }
    LoopExecutor executor(unsigned index = 0) { return LoopExecutor{loop(index), &block(index)}; }
    detail::GenerationInfo& generation() { return generation_; }

    template <class T>
    std::shared_ptr<Running<T>> start(Task<T> task, unsigned index = 0) {
        auto running = std::make_shared<Running<T>>(std::move(task), executor(index));
        running->begin();
        return running;
    }
    template <class T>
    T run(Task<T> task, unsigned index = 0) {
        return start(std::move(task), index)->get();
    }

    /// Calls a function on an executor thread as a blocking handler; gives its result or exception.
    template <class Function>
    auto on_executor(Function function) {
        std::packaged_task<std::invoke_result_t<Function>()> call{std::move(function)};
        auto result = call.get_future();
        enqueue([&call] { call(); });
        return test::get(std::move(result));
    }

    /// Executors take no further jobs until resume_executors(); jobs can be dropped meanwhile.
    void pause_executors();
    void resume_executors();
    /// Waits until so many jobs are queued.
    void wait_for_queued(std::size_t jobs);
    void drop_queued(detail::BlockingJob::Drop reason);

    /// Waits until only the publication's own count is left on every loop's block; false at the deadline.
    bool wait_for_quiet();
    std::vector<std::string> log_lines() const;

    void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept override;
    bool submit(detail::BlockingJob& job, detail::GenerationInfo& generation) noexcept override;
    detail::ChannelBus& channels() noexcept override { return *channels_; }

private:
    struct Loop {
        explicit Loop(detail::GenerationInfo& generation)
            : block{generation, [](detail::LeaseBlock&) noexcept {}} {}
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
        detail::LeaseBlock block;
        std::string name;
        std::thread thread;
    };

    void enqueue(std::function<void()> call);
    void run_executor(const std::string& name);

    const std::unique_ptr<detail::ChannelBus> channels_ = detail::make_local_channels();
    detail::GenerationInfo generation_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::size_t queue_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<detail::BlockingJob*> jobs_;
    std::deque<std::function<void()>> calls_;
    std::vector<std::string> lines_;
    bool paused_ = false;
    bool stopping_ = false;
    std::deque<std::string> names_;
    std::vector<std::thread> executors_;
};

/// Allocations by operator new on the calling thread so far.
std::size_t allocations() noexcept;

/// As long as it lives, its thread, which is no event loop's, gets no memory to post anything to one with.
struct NoMemoryToPost {
    NoMemoryToPost() noexcept;
    ~NoMemoryToPost();
    NoMemoryToPost(const NoMemoryToPost&) = delete;
    NoMemoryToPost& operator=(const NoMemoryToPost&) = delete;
};

}  // namespace patchbay::test
