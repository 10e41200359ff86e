// The two kinds of subscribers: one whose tasks wait on an event loop, and one whose thread waits.
#pragma once

#include "channel_queue.hpp"

#include <patchbay/detail/channel_bus.hpp>
#include <patchbay/detail/generation_info.hpp>
#include <patchbay/subscription.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace patchbay::detail {

/// Used on its loop alone, but for its making and its end.
class LoopFeed final : public ChannelFeed {
public:
    LoopFeed(asio::io_context& loop, std::size_t limit, SlowSubscriber when_full) noexcept
        : ChannelFeed{&loop}, queue_{limit, when_full} {}

    void begin(std::vector<ChannelMessage> history, bool missed) override;
    bool offer(const ChannelMessage& message) override;
    bool lose(std::uint64_t messages) override;
    void wake() override;

    /// Drops what is queued; whoever waits gets nothing.
    void end();
    const ChannelQueue& queue() const noexcept { return queue_; }

private:
    friend class ChannelReceive;

    bool due() const noexcept { return waiter_ && (!queue_.empty() || queue_.closed()); }
    static void go_on(ChannelReceive& receive);
    static void go_on_later(ChannelReceive& receive);

    ChannelQueue queue_;
    ChannelReceive* waiter_ = nullptr;
};

class ThreadFeed final : public ChannelFeed, public StopListener {
public:
    ThreadFeed(std::size_t limit, SlowSubscriber when_full) noexcept
        : ChannelFeed{nullptr}, queue_{limit, when_full} {}

    void begin(std::vector<ChannelMessage> history, bool missed) override;
    bool offer(const ChannelMessage& message) override;
    bool lose(std::uint64_t messages) override;
    void wake() override {}

    std::optional<ChannelMessage> receive(std::optional<std::chrono::nanoseconds> limit);
    void end();
    bool ended() const;
    bool missed() const;
    std::uint64_t dropped() const;

    void stopped() noexcept override;

private:
    using Clock = std::chrono::steady_clock;

    bool wait_until_due(std::unique_lock<std::mutex>& lock, Clock::time_point end);

    mutable std::mutex mutex_;  // guards all of it
    std::condition_variable changed_;
    ChannelQueue queue_;
    bool stopped_ = false;
    bool receiving_ = false;
};

}  // namespace patchbay::detail
