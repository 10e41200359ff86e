// Channels: named publish/subscribe inside the host. A channel is the host's and outlives the generations of
// plugins: whoever names it, of whichever plugin and generation, has the same one.
#pragma once

#include <patchbay/channel_message.hpp>
#include <patchbay/export.hpp>
#include <patchbay/subscription.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace patchbay {

namespace detail {
class ChannelTopic;
class WebSocketJoins;
}  // namespace detail

struct ChannelOptions {
    std::size_t history = 0;  ///< messages that are kept for SubscribeOptions::after
    /// Bytes of them, some for each message besides its own: what is older goes before `history` is full.
    std::size_t history_bytes = 1024 * 1024;
};

struct SubscribeOptions {
    /// Messages that wait to be received. Raise it for subscribers that pause for longer than messages take
    /// to come; each holds at most so many, of at most Channel::max_message bytes, which all share.
    std::size_t queue = 256;
    SlowSubscriber when_full = SlowSubscriber::drop_oldest;
    /// First what the history has after the message of this id, however many that are; without it, only what
    /// is published from now on. 0: the whole history.
    std::optional<std::uint64_t> after{};
};

/// A channel by its name. Lives in the host for as long as a Channel, a Subscription or a joined WebSocket
/// refers to it, its history too: keep one as a member of the plugin, and it lives on across reloads.
/// Copies are the same channel. Thread-safety: all of it, on any thread, also after the plugin's stop().
///
/// Order: every subscriber gets the messages in the order of their ids. An event loop that is held up keeps
/// at most 65,536 messages, or 16 MiB, for a channel's subscribers on it; beyond, the oldest are lost to
/// them as if their queues were full.
class PATCHBAY_API Channel {
public:
    static constexpr std::size_t max_message = 1024 * 1024;  ///< bytes

    /// Finds the channel of that name, or makes it. Of the histories asked for, the longest is kept.
    /// Errors: std::invalid_argument for a name that is not 1 to 256 printable characters of ASCII;
    /// std::logic_error on a thread that runs no plugin code of the host's.
    explicit Channel(std::string_view name, const ChannelOptions& options = {});

    /// Gives the text to all who subscribe; its id. Never waits for them. Precondition: UTF-8, where a
    /// WebSocket has joined. Errors: std::invalid_argument beyond max_message.
    std::uint64_t publish(std::string_view text) const;

    /// The newest message, while the history has it.
    std::optional<ChannelMessage> newest() const;
    /// Of the newest message; without one, of none that will be. State read after it and a subscription
    /// `.after` it fit together without a gap, where there is a history.
    std::uint64_t last_id() const;

    /// For tasks of the running event loop; elsewhere, for those of the plugin's home loop.
    /// Errors (both): std::invalid_argument for a queue of no message; std::logic_error on a thread that runs
    /// no plugin code of the host's.
    [[nodiscard]] Subscription subscribe(const SubscribeOptions& options = {}) const;
    /// For a thread that may wait.
    [[nodiscard]] BlockingSubscription subscribe_blocking(const SubscribeOptions& options = {}) const;

private:
    friend class detail::WebSocketJoins;

    std::shared_ptr<detail::ChannelTopic> topic_;
};

}  // namespace patchbay
