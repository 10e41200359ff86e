// One channel of the bus in the process's memory. Its subscribers are grouped by event loop: a message is
// handed to each loop once, and there to its subscribers, without a lock. Shared by all who refer to it.
#pragma once

#include "channel_history.hpp"

#include <patchbay/detail/channel_bus.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace patchbay::detail {

class LocalChannel final : public ChannelTopic, public std::enable_shared_from_this<LocalChannel> {
public:
    using Forget = std::function<void(std::uint64_t last_id)>;

    /// Its ids begin after `before_first`. `forget` is called when it goes, on any thread.
    LocalChannel(std::uint64_t before_first, Forget forget);
    ~LocalChannel() override;

    void keep(std::size_t messages, std::size_t bytes);

    std::uint64_t publish(std::string_view text) override;
    std::optional<ChannelMessage> newest() const override;
    std::uint64_t last_id() const override;
    void subscribe(std::shared_ptr<ChannelFeed> feed, std::optional<std::uint64_t> after) override;
    void unsubscribe(const std::shared_ptr<ChannelFeed>& feed) override;

private:
    using Feed = std::shared_ptr<ChannelFeed>;
    struct Subscriber {
        Feed feed;
        std::uint64_t begins_after;  // it has had the messages up to this one, or did not ask for them
    };
    /// The subscribers of one event loop. Gone with the last.
    struct Shard {
        asio::io_context* loop;
        // Guarded by the channel's lock:
        std::vector<ChannelMessage> messages;  // that the loop has not seen yet
        std::size_t bytes = 0;                 // of them
        std::uint64_t lost = 0;                // messages before them
        std::vector<Subscriber> newcomers;     // that subscribed on other threads
        std::size_t count = 0;                 // of all subscribers
        bool told = false;                     // deliver() is on its way
        // The loop's alone:
        std::vector<Subscriber> subscribers;

        void add(const ChannelMessage& message);
        void enter(Subscriber subscriber);
    };
    using Shards = std::vector<std::unique_ptr<Shard>>;

    Shards::iterator shard_of(const asio::io_context& loop);
    void tell(Shard& shard);
    void deliver(asio::io_context& loop);
    static std::vector<Feed> offer(Shard& shard, const std::vector<ChannelMessage>& messages,
                                   std::uint64_t lost);
    void remove(const Feed& feed);

    const Forget forget_;
    mutable std::mutex mutex_;
    std::uint64_t last_id_;
    ChannelHistory history_;
    Shards shards_;
    std::vector<Feed> threads_;  // the feeds without a loop
};

}  // namespace patchbay::detail
