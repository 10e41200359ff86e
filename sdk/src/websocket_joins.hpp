// The channels that a WebSocket has joined: each message goes into its outbox. Owned by the outbox, on its
// loop alone.
#pragma once

#include <patchbay/channel.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace patchbay::detail {

class WebSocketOutbox;

class WebSocketJoins {
public:
    WebSocketJoins(WebSocketOutbox& outbox, asio::io_context& loop) noexcept : outbox_{outbox}, loop_{loop} {}

    /// False when the channel's history does not reach back to the message of that id.
    bool join(const Channel& channel, std::optional<std::uint64_t> after);
    void leave(const Channel& channel);
    void leave_all();

private:
    class Feed;
    struct Join {
        std::shared_ptr<ChannelTopic> topic;
        std::shared_ptr<Feed> feed;
    };

    static void end(const Join& join);

    WebSocketOutbox& outbox_;
    asio::io_context& loop_;
    std::vector<Join> joins_;
};

}  // namespace patchbay::detail
