#include "websocket_outbox.hpp"

#include <patchbay/detail/thread_state.hpp>
#include <patchbay/websocket.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay {
namespace detail {

namespace {

constexpr std::size_t most_taken = 256;  // messages that are kept for a while

}  // namespace

// Also of one without a payload.
std::size_t WebSocketOutbox::size_of(std::string_view payload) noexcept {
    return payload.size() + sizeof(Message);
}

WebSocketOutbox::WebSocketOutbox(WebSocketSession& session, const WebSocketOptions& options)
    : loop_{session.loop()},
      session_{&session},
      joins_{*this, loop_},
      limit_{options.outbox},
      when_full_{options.when_full} {}

std::string_view WebSocketOutbox::Message::view() const noexcept {
    const auto* const own = std::get_if<std::string>(&payload);
    return own ? std::string_view{*own} : std::get_if<ChannelMessage>(&payload)->text();
}

bool WebSocketOutbox::post(std::string_view payload, bool is_text) {
    std::unique_lock lock{mutex_};
    if (closed_ || !make_room(lock, size_of(payload))) return false;
    tell();
    messages_.push_back({std::string{payload}, size_of(payload), is_text});
    bytes_ += size_of(payload);
    return true;
}

// What waits here already goes first; on_room(), opened() or arrived() will send it.
void WebSocketOutbox::forward(const ChannelMessage& message, Counts against_limit) {
    std::unique_lock lock{mutex_};
    if (closed_) return;
    if (messages_.empty() && session_ && session_->open() && session_->port_->has_room()) {
        lock.unlock();
        return session_->port_->send(message.text(), true);
    }
    const std::size_t bytes = against_limit == Counts::yes ? size_of(message.text()) : 0;
    if (bytes > 0 && !fits(bytes)) {
        if (when_full_ == WebSocketOverflow::close) overflow();
        return;
    }
    messages_.push_back({message, bytes});
    bytes_ += bytes;
    if (bytes == 0) ++uncounted_;
}

bool WebSocketOutbox::holds_history() {
    const std::scoped_lock lock{mutex_};
    return uncounted_ > 0;
}

void WebSocketOutbox::lose() {
    const std::scoped_lock lock{mutex_};
    if (!closed_ && when_full_ == WebSocketOverflow::close) overflow();
}

// An empty outbox takes a message of any size.
bool WebSocketOutbox::fits(std::size_t bytes) const noexcept {
    return bytes_ == 0 || bytes_ + bytes <= limit_;
}

void WebSocketOutbox::overflow() {
    tell();
    overflowed_ = closed_ = true;
}

bool WebSocketOutbox::make_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
    if (fits(bytes)) return true;
    switch (when_full_) {
        case WebSocketOverflow::drop:
            return false;
        case WebSocketOverflow::close:
            overflow();
            return false;
        case WebSocketOverflow::wait:
            if (thread_state.kind == ThreadKind::event_loop) {
                throw std::logic_error{
                    "patchbay: the outbox of a WebSocket is full and its sender would wait on an event loop: "
                    "co_await WebSocket::send(), or let the outbox drop or close"};
            }
            room_.wait(lock, [&] { return closed_ || fits(bytes); });
            return !closed_;
    }
    return false;
}

// Once until it has arrived, with the mutex held. Before what there is to tell: without memory for this
// nobody would look for it.
void WebSocketOutbox::tell() {
    if (told_) return;
    boost::asio::post(loop_, [self = shared_from_this()] { self->arrived(); });
    told_ = true;
}

void WebSocketOutbox::arrived() {
    {
        const std::scoped_lock lock{mutex_};
        told_ = false;
    }
    deliver();
}

bool WebSocketOutbox::overflowed() {
    const std::scoped_lock lock{mutex_};
    return overflowed_;
}

void WebSocketOutbox::deliver() {
    if (!session_) return;
    if (overflowed()) return session_->overflowed();
    Message message;
    while (session_ && session_->open() && session_->port_->has_room() && take(message))
        session_->port_->send(message.view(), message.is_text);
}

void WebSocketOutbox::flush() {
    Message message;
    while (session_ && session_->open() && take(message))
        session_->port_->send(message.view(), message.is_text);
}

bool WebSocketOutbox::take(Message& message) {
    const std::scoped_lock lock{mutex_};
    if (messages_.empty()) return false;
    message = std::move(messages_[next_]);
    // Some at once, so that a long queue is not moved for each of them.
    ++next_;
    if (next_ == messages_.size() || next_ == most_taken) {
        messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(next_));
        next_ = 0;
    }
    bytes_ -= message.bytes;
    if (message.bytes == 0) --uncounted_;
    room_.notify_all();
    return true;
}

void WebSocketOutbox::move_to(WebSocketSession& session, const WebSocketOptions& options) {
    session_ = &session;
    const std::scoped_lock lock{mutex_};
    limit_ = options.outbox;
    when_full_ = options.when_full;
}

void WebSocketOutbox::close() {
    joins_.leave_all();
    const std::scoped_lock lock{mutex_};
    session_ = nullptr;
    closed_ = true;
    messages_ = {};
    next_ = bytes_ = uncounted_ = 0;
    room_.notify_all();
}

}  // namespace detail

WebSocketSender::WebSocketSender(std::shared_ptr<detail::WebSocketOutbox> outbox) noexcept
    : outbox_{std::move(outbox)} {}

bool WebSocketSender::post(std::string_view text) const { return outbox_->post(text, true); }
bool WebSocketSender::post_bytes(std::string_view bytes) const { return outbox_->post(bytes, false); }

}  // namespace patchbay
