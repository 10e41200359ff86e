#include "channel_history.hpp"

#include <patchbay/detail/channel_bus.hpp>

#include <algorithm>

namespace patchbay::detail {

std::size_t ChannelHistory::size_of(const ChannelMessage& message) noexcept {
    return message.text().size() + sizeof(ChannelRecord);
}

void ChannelHistory::keep(std::size_t messages, std::size_t bytes) noexcept {
    if (messages == 0) return;
    most_messages_ = std::max(most_messages_, messages);
    most_bytes_ = std::max(most_bytes_, bytes);
}

void ChannelHistory::add(const ChannelMessage& message) {
    last_ = message.id();
    if (most_messages_ == 0) return;
    messages_.push_back(message);
    bytes_ += size_of(message);
    while (messages_.size() > most_messages_ || (bytes_ > most_bytes_ && !messages_.empty())) {
        bytes_ -= size_of(messages_.front());
        messages_.pop_front();
    }
}

std::vector<ChannelMessage> ChannelHistory::after(std::uint64_t id) const {
    const std::uint64_t missing = id > last_ ? messages_.size() : last_ - id;
    const std::size_t count = std::min<std::uint64_t>(missing, messages_.size());
    return {messages_.end() - static_cast<std::ptrdiff_t>(count), messages_.end()};
}

}  // namespace patchbay::detail
