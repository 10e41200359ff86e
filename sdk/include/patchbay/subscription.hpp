// What Channel::subscribe() gives: the messages of a channel, one after another, for a task or for a thread.
#pragma once

#include <patchbay/channel_message.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/export.hpp>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace patchbay {

/// What becomes of a subscriber whose queue is full.
enum class SlowSubscriber : std::uint8_t {
    drop_oldest,  ///< the oldest message that waits is lost; dropped() counts them
    end           ///< the subscription ends after what it has: the subscriber can begin anew, or part
};

namespace detail {

class ChannelTopic;
class LoopFeed;
class ThreadFeed;

/// What `co_await subscription.receive()` awaits. Lives in the task's frame.
class [[nodiscard("this does nothing until it is awaited")]] ChannelReceive {
public:
    explicit ChannelReceive(LoopFeed* feed) noexcept : feed_{feed} {}

    void bind(TaskContext& context) noexcept { context_ = &context; }
    PATCHBAY_API bool await_ready();
    PATCHBAY_API void await_suspend(std::coroutine_handle<> waiter);
    PATCHBAY_API std::optional<ChannelMessage> await_resume();

private:
    friend class LoopFeed;

    LoopFeed* feed_;
    TaskContext* context_ = nullptr;
    std::coroutine_handle<> waiter_;
    std::optional<ChannelMessage> message_;
    bool waiting_ = false;
    bool cancelled_ = false;
};

}  // namespace detail

/// Messages for the tasks of one event loop. Destroying it ends it. Movable, also while a task waits. It
/// holds no generation: the task that has it does. Thread-safety: used on its loop; made, moved and destroyed
/// on any thread, so that it can be a member of the plugin.
class PATCHBAY_API Subscription {
public:
    Subscription(std::shared_ptr<detail::ChannelTopic> topic,
                 std::shared_ptr<detail::LoopFeed> feed) noexcept;
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();

    /// The next message; nothing when the subscription has ended:
    /// `while (auto message = co_await news.receive())`. Errors: std::logic_error while another task
    /// receives, on another event loop, and of one that was moved from. Cancellation:
    /// boost::system::system_error, operation_aborted; no message is lost by it.
    auto receive() noexcept { return detail::ChannelReceive{feed_.get()}; }

    /// Ends it: a task that receives, and each that will, gets nothing.
    void end();

    /// Whether the history did not reach back to SubscribeOptions::after: messages may be missing before the
    /// first.
    bool missed() const noexcept;
    /// Messages that were lost so far because this subscriber was slow, or its loop was held up.
    std::uint64_t dropped() const noexcept;

private:
    std::shared_ptr<detail::ChannelTopic> topic_;
    std::shared_ptr<detail::LoopFeed> feed_;
};

/// The same for a plain function on a thread that may wait. One thread receives at a time; end() is for any.
class PATCHBAY_API BlockingSubscription {
public:
    BlockingSubscription(std::shared_ptr<detail::ChannelTopic> topic,
                         std::shared_ptr<detail::ThreadFeed> feed) noexcept;
    BlockingSubscription(BlockingSubscription&& other) noexcept;
    BlockingSubscription& operator=(BlockingSubscription&& other) noexcept;
    ~BlockingSubscription();

    /// Waits for the next message; nothing when the subscription has ended. Errors: std::logic_error on an
    /// event loop; boost::system::system_error, operation_aborted, when the handler is asked to stop: its
    /// client has left, its time is up, or a reload or the shutdown has waited for as long as the operator
    /// allows. No message is lost by it.
    std::optional<ChannelMessage> receive();
    /// Waits at most so long; nothing also when that is over, and ended() tells the two apart.
    std::optional<ChannelMessage> receive_for(std::chrono::nanoseconds limit);
    bool ended() const;

    void end();
    bool missed() const;
    std::uint64_t dropped() const;

private:
    std::shared_ptr<detail::ChannelTopic> topic_;
    std::shared_ptr<detail::ThreadFeed> feed_;
};

}  // namespace patchbay
