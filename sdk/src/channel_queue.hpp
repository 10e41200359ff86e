// The messages that one subscriber has not received yet: what the history gave at first, then at most so many
// as it asked for. No thread's; whoever has it guards it.
#pragma once

#include <patchbay/channel_message.hpp>
#include <patchbay/subscription.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace patchbay::detail {

class ChannelQueue {
public:
    ChannelQueue(std::size_t limit, SlowSubscriber when_full) noexcept
        : limit_{limit}, when_full_{when_full} {}

    void begin(std::vector<ChannelMessage> history, bool missed);
    void push(const ChannelMessage& message);
    /// Messages that never came here.
    void lose(std::uint64_t messages);
    std::optional<ChannelMessage> take();
    /// Takes no more; what is queued stays.
    void close() noexcept { closed_ = true; }
    void clear() noexcept;

    bool empty() const noexcept { return next_ == messages_.size(); }
    bool closed() const noexcept { return closed_; }
    bool missed() const noexcept { return missed_; }
    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    std::size_t limit_;
    std::vector<ChannelMessage> messages_;
    std::size_t next_ = 0;  // of the messages; those before it are taken
    std::uint64_t dropped_ = 0;
    const SlowSubscriber when_full_;
    bool closed_ = false;
    bool missed_ = false;
};

}  // namespace patchbay::detail
