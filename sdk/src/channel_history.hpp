// The newest messages of a channel, for those who come back. Guarded by the channel's lock.
#pragma once

#include <patchbay/channel_message.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace patchbay::detail {

class ChannelHistory {
public:
    /// Precondition: the ids that will be added are those after `before_first`, one by one.
    explicit ChannelHistory(std::uint64_t before_first) noexcept : last_{before_first} {}

    /// Keeps more, if it is more.
    void keep(std::size_t messages, std::size_t bytes) noexcept;
    void add(const ChannelMessage& message);

    /// The messages after that id. One of the future is of another life of the channel, of which nothing is
    /// known: all.
    std::vector<ChannelMessage> after(std::uint64_t id) const;
    std::optional<ChannelMessage> newest() const {
        return messages_.empty() ? std::nullopt : std::optional{messages_.back()};
    }
    /// Whether there may have been others after that id.
    bool misses(std::uint64_t id) const noexcept { return id < last_ - messages_.size() || id > last_; }

private:
    static std::size_t size_of(const ChannelMessage& message) noexcept;

    std::deque<ChannelMessage> messages_;
    std::uint64_t last_;  // id of the newest, kept or not
    std::size_t bytes_ = 0;
    std::size_t most_messages_ = 0;
    std::size_t most_bytes_ = 0;
};

}  // namespace patchbay::detail
