#include "channel_feeds.hpp"

#include <patchbay/channel.hpp>
#include <patchbay/detail/thread_state.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace patchbay {
namespace {

constexpr std::size_t longest_name = 256;

detail::GenerationInfo& running_generation(const char* caller) {
    const detail::LeaseBlock* lease = detail::thread_state.lease;
    if (!lease || !lease->generation().services) {
        throw std::logic_error{std::string{"patchbay: "} + caller +
                               " was called on a thread that runs no code of a plugin"};
    }
    return lease->generation();
}

void require_name(std::string_view name) {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, printable)) {
        throw std::invalid_argument{
            "patchbay: the name of a channel is 1 to 256 printable characters of ASCII"};
    }
}

void require_queue(const SubscribeOptions& options) {
    if (options.queue == 0)
        throw std::invalid_argument{"patchbay: a subscription with a queue of no message"};
}

}  // namespace

std::uint64_t ChannelMessage::id() const noexcept { return record_->id; }
std::string_view ChannelMessage::text() const noexcept { return record_->text; }

Channel::Channel(std::string_view name, const ChannelOptions& options) {
    require_name(name);
    topic_ = running_generation("Channel's constructor").services->channels().open(name, options);
}

std::uint64_t Channel::publish(std::string_view text) const {
    if (text.size() > max_message)
        throw std::invalid_argument{"patchbay: a channel's message of more than 1 MiB"};
    return topic_->publish(text);
}

std::optional<ChannelMessage> Channel::newest() const { return topic_->newest(); }

std::uint64_t Channel::last_id() const { return topic_->last_id(); }

Subscription Channel::subscribe(const SubscribeOptions& options) const {
    require_queue(options);
    detail::GenerationInfo& generation = running_generation("Channel::subscribe()");
    asio::io_context* const running = detail::thread_state.loop;
    auto feed = std::make_shared<detail::LoopFeed>(running ? *running : *generation.home_loop, options.queue,
                                                   options.when_full);
    topic_->subscribe(feed, options.after);
    return Subscription{topic_, std::move(feed)};
}

BlockingSubscription Channel::subscribe_blocking(const SubscribeOptions& options) const {
    require_queue(options);
    detail::GenerationInfo& generation = running_generation("Channel::subscribe_blocking()");
    auto feed = std::make_shared<detail::ThreadFeed>(options.queue, options.when_full);
    topic_->subscribe(feed, options.after);
    feed->link(generation);
    return BlockingSubscription{topic_, std::move(feed)};
}

}  // namespace patchbay
