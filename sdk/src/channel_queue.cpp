#include "channel_queue.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::detail {

// A history that is longer than the queue is no fault of the subscriber's.
void ChannelQueue::begin(std::vector<ChannelMessage> history, bool missed) {
    limit_ = std::max(limit_, history.size());
    messages_ = std::move(history);
    missed_ = missed;
}

void ChannelQueue::push(const ChannelMessage& message) {
    if (closed_) return;
    if (messages_.size() - next_ >= limit_) {
        if (when_full_ == SlowSubscriber::end) return close();
        take();
        ++dropped_;
    }
    messages_.push_back(message);
}

void ChannelQueue::lose(std::uint64_t messages) {
    if (closed_) return;
    if (when_full_ == SlowSubscriber::end) return close();
    dropped_ += messages;
}

std::optional<ChannelMessage> ChannelQueue::take() {
    if (empty()) return std::nullopt;
    std::optional<ChannelMessage> message{std::move(messages_[next_++])};
    // Half of them at once, so that a long queue is not moved for each.
    if (next_ == messages_.size() || (next_ >= 64 && next_ * 2 >= messages_.size())) {
        messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(next_));
        next_ = 0;
    }
    return message;
}

void ChannelQueue::clear() noexcept {
    messages_ = {};
    next_ = 0;
}

}  // namespace patchbay::detail
