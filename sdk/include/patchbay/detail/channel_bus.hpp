// The seam between channels as a plugin sees them and the host's bus, which outlives every generation. What
// implements these classes is libpatchbay's or the host's code, never a plugin's.
#pragma once

#include <patchbay/channel_message.hpp>
#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

struct ChannelOptions;

namespace detail {

struct ChannelRecord {
    std::uint64_t id = 0;
    std::string text;
};

/// Where a subscriber's messages go. One on a loop is told everything on that loop; one without, which waits
/// on a thread, on those that publish, under the channel's lock.
class PATCHBAY_API ChannelFeed {
public:
    /// Before anything is offered: what the history had after the message that was asked for, and whether it
    /// did not reach back that far.
    virtual void begin(std::vector<ChannelMessage> history, bool missed) = 0;
    /// The next message. True when wake() is to be called soon. Runs no code of a plugin.
    virtual bool offer(const ChannelMessage& message) = 0;
    /// The loop was too late for so many messages. As offer().
    virtual bool lose(std::uint64_t messages) = 0;
    /// On the loop, after what was offered. A coroutine may go on in here.
    virtual void wake() = 0;

    asio::io_context* loop() const noexcept { return loop_; }

    std::size_t place = 0;  ///< the bus's own, on the loop

protected:
    explicit ChannelFeed(asio::io_context* loop) noexcept : loop_{loop} {}
    ~ChannelFeed() = default;

private:
    asio::io_context* const loop_;
};

/// One channel. Lives as long as anyone refers to it. Thread-safety: all of it.
class PATCHBAY_API ChannelTopic {
public:
    virtual ~ChannelTopic();

    /// Never waits for a subscriber.
    virtual std::uint64_t publish(std::string_view text) = 0;
    virtual std::optional<ChannelMessage> newest() const = 0;
    virtual std::uint64_t last_id() const = 0;
    virtual void subscribe(std::shared_ptr<ChannelFeed> feed, std::optional<std::uint64_t> after) = 0;
    /// From its return on, nothing more is offered: on the feed's loop and to one without; called elsewhere,
    /// it may be a moment later.
    virtual void unsubscribe(const std::shared_ptr<ChannelFeed>& feed) = 0;
};

class PATCHBAY_API ChannelBus {
public:
    virtual ~ChannelBus();
    /// Finds or makes the channel; it keeps the longer history. Any thread.
    virtual std::shared_ptr<ChannelTopic> open(std::string_view name, const ChannelOptions& options) = 0;
};

/// The bus of one process, in its memory.
PATCHBAY_API std::unique_ptr<ChannelBus> make_local_channels();

}  // namespace detail
}  // namespace patchbay
