// What was posted to a WebSocket and could not be sent yet. Shared by its session and its senders.
#pragma once

#include "websocket_joins.hpp"

#include <patchbay/channel_message.hpp>
#include <patchbay/websocket_options.hpp>

#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace patchbay::detail {

class WebSocketSession;

class WebSocketOutbox : public std::enable_shared_from_this<WebSocketOutbox> {
public:
    WebSocketOutbox(WebSocketSession& session, const WebSocketOptions& options);

    /// Any thread. False when it is dropped or closed. Errors: std::logic_error.
    bool post(std::string_view payload, bool is_text);

    // On the session's loop.
    /// Sends what there is room for; closes the socket if the outbox has overflowed.
    void deliver();
    /// Whether it is to have what room there is before the handler: every other time.
    bool takes_turn() noexcept { return std::exchange(first_, !first_); }
    /// Sends all, whatever the room.
    void flush();
    /// Takes no more, leaves the channels, and drops what is left. The session may go.
    void close();
    /// Goes on for that session, with all that is queued, the channels and the senders.
    void move_to(WebSocketSession& session, const WebSocketOptions& options);

    WebSocketJoins& joins() noexcept { return joins_; }
    enum class Counts : bool { no, yes };
    /// Sends a channel's message, or queues it, if need be within the limit. Runs no code of a plugin.
    void forward(const ChannelMessage& message, Counts against_limit);
    /// Whether messages wait here that do not count.
    bool holds_history();
    /// A channel's message did not come here in time.
    void lose();

private:
    struct Message {
        std::variant<std::string, ChannelMessage> payload;
        std::size_t bytes = 0;  // that it counts for
        bool is_text = true;

        std::string_view view() const noexcept;
    };

    static std::size_t size_of(std::string_view payload) noexcept;
    bool overflowed();
    bool fits(std::size_t bytes) const noexcept;
    void overflow();
    bool make_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
    bool take(Message& message);
    void tell();
    void arrived();

    boost::asio::io_context& loop_;
    WebSocketSession* session_;  // the loop's alone; null once closed
    WebSocketJoins joins_;       // the loop's alone, as is the next
    bool first_ = false;
    std::mutex mutex_;
    std::size_t limit_;
    WebSocketOverflow when_full_;
    std::condition_variable room_;
    std::vector<Message> messages_;
    std::size_t next_ = 0;  // of the messages
    std::size_t bytes_ = 0;
    std::size_t uncounted_ = 0;  // messages
    bool told_ = false;          // arrived() is on its way
    bool overflowed_ = false;
    bool closed_ = false;
};

}  // namespace patchbay::detail
