#include "websocket_joins.hpp"

#include "websocket_outbox.hpp"

#include <patchbay/detail/channel_bus.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace patchbay::detail {

class WebSocketJoins::Feed final : public ChannelFeed {
public:
    Feed(WebSocketOutbox& outbox, asio::io_context& loop) noexcept : ChannelFeed{&loop}, outbox_{&outbox} {}

    void begin(std::vector<ChannelMessage> history, bool missed) override {
        history_ = std::move(history);
        missed_ = missed;
    }
    bool offer(const ChannelMessage& message) override {
        send_history();
        if (outbox_) outbox_->forward(message, WebSocketOutbox::Counts::yes);
        return false;
    }
    bool lose(std::uint64_t) override {
        if (outbox_) outbox_->lose();
        return false;
    }
    void wake() override {}

    // Besides what the outbox may hold, but once: whoever joins again and again is held to the limit.
    void send_history() {
        using Counts = WebSocketOutbox::Counts;
        const std::vector<ChannelMessage> history = std::exchange(history_, {});
        const Counts counts = outbox_ && outbox_->holds_history() ? Counts::yes : Counts::no;
        for (const ChannelMessage& message : history)
            if (outbox_) outbox_->forward(message, counts);
    }
    bool has_history() const noexcept { return !history_.empty(); }
    bool missed() const noexcept { return missed_; }
    /// The outbox may go.
    void leave() noexcept { outbox_ = nullptr; }

private:
    WebSocketOutbox* outbox_;
    std::vector<ChannelMessage> history_;
    bool missed_ = false;
};

// The history follows, so that the handler can say something before it.
bool WebSocketJoins::join(const Channel& channel, std::optional<std::uint64_t> after) {
    leave(channel);
    const auto feed = std::make_shared<Feed>(outbox_, loop_);
    joins_.push_back({channel.topic_, feed});
    try {
        channel.topic_->subscribe(feed, after);
    } catch (...) {
        joins_.pop_back();
        throw;
    }
    if (feed->has_history()) asio::post(loop_, [feed] { feed->send_history(); });
    return !feed->missed();
}

void WebSocketJoins::leave(const Channel& channel) {
    const auto found = std::ranges::find(joins_, channel.topic_, &Join::topic);
    if (found == joins_.end()) return;
    end(*found);
    joins_.erase(found);
}

void WebSocketJoins::leave_all() {
    for (const Join& join : std::exchange(joins_, {})) end(join);
}

void WebSocketJoins::end(const Join& join) {
    join.topic->unsubscribe(join.feed);
    join.feed->leave();
}

}  // namespace patchbay::detail
