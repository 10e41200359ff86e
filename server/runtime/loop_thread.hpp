// One event loop: a thread with an io_context of its own. Owned by the application; created before the first
// plugin is loaded and joined after the last one is gone.
#pragma once

#include <patchbay/detail/thread_state.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace patchbay {

/// Something to be handled on a loop's thread, delivered without an allocation. Whoever delivers it keeps it
/// alive until it has been handled.
struct LoopMessage {
    using Handle = void (*)(LoopMessage&) noexcept;

    Handle handle = nullptr;
    LoopMessage* next = nullptr;  ///< the mailbox's link
};

class LoopThread {
public:
    /// Creates the io_context with every Asio service a plugin could ask for: a service whose code lies in a
    /// plugin would outlive it. `index` counts from 0; the thread is named "loop-<index>". `on_stray` is
    /// told, on the loop's thread, what a function that somebody posted to the loop threw.
    LoopThread(unsigned index, std::function<void(std::string_view what)> on_stray);
    ~LoopThread();
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

    /// Errors: std::system_error when there is no thread to be had.
    void start();
    /// Lets the thread end once what is running returns; then joins it. Handlers that never ran are not
    /// destroyed.
    void stop_and_join();

    unsigned index() const noexcept { return index_; }
    const std::string& name() const noexcept { return name_; }
    boost::asio::io_context& context() noexcept { return context_; }
    bool running_in_this_thread() const noexcept { return detail::thread_state.loop == &context_; }
    /// Of its thread; null unless that runs. Any thread, until the loop is joined.
    const detail::StepTrace* trace() const noexcept { return trace_.load(std::memory_order_acquire); }

    /// Hands a message over; handled in the order delivered. Many at once cost one wake-up. Thread-safe.
    void deliver(LoopMessage& message) noexcept;

    /// Runs the function on the loop's thread and waits for it to return. When it does, every handler that
    /// was running at the time of the call has returned as well. Precondition: not on a loop thread; the loop
    /// is started.
    void run_and_wait(const std::function<void()>& function);
    /// The same with a limit to the wait; false when it ran out. The function runs all the same once the loop
    /// gets to it, so what it refers to must live until then.
    bool run_within(std::chrono::steady_clock::duration patience, std::function<void()> function);

private:
    void drain_mailbox() noexcept;
    void thread_main();

    unsigned index_;
    std::string name_;
    std::function<void(std::string_view what)> on_stray_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::atomic<LoopMessage*> mailbox_{nullptr};
    std::atomic<const detail::StepTrace*> trace_{nullptr};
    std::thread thread_;
};

}  // namespace patchbay
