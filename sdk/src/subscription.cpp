#include "channel_feeds.hpp"

#include <patchbay/subscription.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay {
namespace {

template <class Feed>
Feed& require(const std::shared_ptr<Feed>& feed) {
    if (!feed) throw std::logic_error{"patchbay: this subscription was moved from"};
    return *feed;
}

}  // namespace

Subscription::Subscription(std::shared_ptr<detail::ChannelTopic> topic,
                           std::shared_ptr<detail::LoopFeed> feed) noexcept
    : topic_{std::move(topic)}, feed_{std::move(feed)} {}
Subscription::Subscription(Subscription&& other) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    Subscription taken{std::move(other)};
    std::swap(topic_, taken.topic_);
    std::swap(feed_, taken.feed_);
    return *this;
}

// Elsewhere than on its loop that may be in the middle of it, and a task of it may wait.
Subscription::~Subscription() {
    if (!feed_) return;
    topic_->unsubscribe(feed_);
    if (feed_->loop()->get_executor().running_in_this_thread()) {
        feed_->end();
    } else {
        asio::post(*feed_->loop(), [feed = feed_] { feed->end(); });
    }
}

void Subscription::end() {
    if (!feed_) return;
    topic_->unsubscribe(feed_);
    feed_->end();
}

bool Subscription::missed() const noexcept { return feed_ && feed_->queue().missed(); }
std::uint64_t Subscription::dropped() const noexcept { return feed_ ? feed_->queue().dropped() : 0; }

BlockingSubscription::BlockingSubscription(std::shared_ptr<detail::ChannelTopic> topic,
                                           std::shared_ptr<detail::ThreadFeed> feed) noexcept
    : topic_{std::move(topic)}, feed_{std::move(feed)} {}
BlockingSubscription::BlockingSubscription(BlockingSubscription&& other) noexcept = default;

BlockingSubscription& BlockingSubscription::operator=(BlockingSubscription&& other) noexcept {
    BlockingSubscription taken{std::move(other)};
    std::swap(topic_, taken.topic_);
    std::swap(feed_, taken.feed_);
    return *this;
}

BlockingSubscription::~BlockingSubscription() {
    if (!feed_) return;
    feed_->unlink();
    topic_->unsubscribe(feed_);
}

std::optional<ChannelMessage> BlockingSubscription::receive() { return require(feed_).receive({}); }
std::optional<ChannelMessage> BlockingSubscription::receive_for(std::chrono::nanoseconds limit) {
    return require(feed_).receive(limit);
}
bool BlockingSubscription::ended() const { return !feed_ || feed_->ended(); }

void BlockingSubscription::end() {
    if (!feed_) return;
    topic_->unsubscribe(feed_);
    feed_->end();
}

bool BlockingSubscription::missed() const { return feed_ && feed_->missed(); }
std::uint64_t BlockingSubscription::dropped() const { return feed_ ? feed_->dropped() : 0; }

}  // namespace patchbay
