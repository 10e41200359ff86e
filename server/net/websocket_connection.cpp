#include "net/websocket_connection.hpp"

#include "net/loop_server.hpp"
#include "net/socket_io.hpp"
#include "websocket/message_writer.hpp"

#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace patchbay {

using websocket::MessageReader;
using websocket::Opcode;

namespace {

constexpr std::size_t large_read = 64 * 1024;    // of a message that is not there yet
constexpr std::size_t most_pending = 64 * 1024;  // of bytes to send, before senders wait

}  // namespace

/// What is sent while a connection is worked on goes out at the end, with one call.
class WebSocketConnection::Turn {
public:
    explicit Turn(WebSocketConnection& connection)
        : connection_{connection}, outer_{!std::exchange(connection.working_, true)} {
        if (outer_ && connection_.out_.empty())
            connection_.out_ = connection_.server_.websockets_.take_output();
    }
    ~Turn() {
        if (!outer_) return;
        connection_.working_ = false;
        connection_.flush();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    WebSocketConnection& connection_;
    bool outer_;
};

WebSocketConnection::WebSocketConnection(LoopServer& server, WebSocketHandover& handover)
    : server_{server},
      listener_{server.served_[handover.listener]},
      socket_{handover.socket.release()},
      watched_{EPOLLIN},
      generation_{handover.session->running() ? handover.generation : nullptr},
      session_{std::move(handover.session)},
      terms_{handover.terms},
      reader_{terms_.limits()},
      input_{std::move(handover.input)},
      out_{std::move(handover.output)},
      address_counts_{handover.address_counts},
      address_{handover.address},
      record_{std::move(handover.record)},
      exchange_{std::move(handover.exchange)} {
    if (terms_.deflate) {
        reader_.inflate_with(*terms_.deflate, server_.compression_);
        deflater_ = std::make_unique<websocket::Deflater>(*terms_.deflate, server_.compression_);
    }
    if (record_) record_->head_bytes = out_.size();
    if (generation_) generation_->websockets.fetch_add(1, std::memory_order_relaxed);
}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::begin(WebSocketHandover& handover) {
    const bool watched = server_.poller_.add(socket_, EPOLLIN, *this);
    arm();
    const Turn turn{*this};
    session_->opened(*this, handover.subprotocol);
    if (!watched && state_ != State::gone) return lose("out_of_memory");
    take_input();
}

void WebSocketConnection::on_events(std::uint32_t events) {
    if (state_ == State::gone) return;
    if (events & (EPOLLERR | EPOLLHUP)) return on_hang_up(events);
    if (events & EPOLLOUT) flush();
    if ((events & EPOLLIN) && state_ != State::gone) read();
}

// Nothing can be sent any more. What the client of a Unix socket has sent before is still there.
void WebSocketConnection::on_hang_up(std::uint32_t events) {
    if (state_ == State::ended) return close_socket({});
    if ((events & EPOLLERR) || !(held_ || pending_ || (events & EPOLLIN))) return lose("connection_closed");
    if (!held_ && !pending_) return read();
    // It would be said again and again until the handler has done with its message.
    watch((watched_ & ~std::uint32_t{EPOLLIN}) | EPOLLONESHOT);
}

// A client whose message the handler has not asked for, or not done with, waits with the next.
void WebSocketConnection::read() {
    if (state_ == State::ended) return discard();
    if (held_ || pending_) return watch(watched_ & ~std::uint32_t{EPOLLIN});
    const Turn turn{*this};
    if (!input_) input_ = server_.buffers_.take();
    if (reader_.wanted() > input_->space_size()) input_->make_space(large_read);
    const ssize_t received = receive_bytes(socket_, input_->space(), input_->space_size());
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return release_input();
    if (received == 0) return on_half_close();
    if (received < 0) return lose("connection_closed");
    input_->commit(static_cast<std::size_t>(received));
    heard_ = true;
    take_input();
}

void WebSocketConnection::discard() {
    if (drop_input(socket_)) close_socket({});
}

// What nobody receives is looked at all the same, for the control frames before it.
void WebSocketConnection::take_input() {
    if (session_) session_->on_input();
    if (!held_ && !pending_) pending_ = parse();
    release_input();
}

std::optional<WebSocketMessage> WebSocketConnection::next() {
    if (std::exchange(held_, false)) heard_ = true;  // what was held back is heard from now on
    held_ = std::exchange(pending_, false) || parse();
    if (held_) return WebSocketMessage{reader_.payload(), reader_.kind() == websocket::Kind::text};
    read_on();
    return std::nullopt;
}

// Up to the next message: true when there is one.
bool WebSocketConnection::parse() {
    while (state_ < State::ended) {
        const std::span<char> bytes = input_ ? std::span{input_->data(), input_->size()} : std::span<char>{};
        const MessageReader::Step step = reader_.read(bytes);
        if (input_) input_->consume(reader_.consumed());
        switch (step) {
            case MessageReader::Step::need_more:
                return false;
            case MessageReader::Step::pong:
                break;
            case MessageReader::Step::message:
                if (state_ == State::open) return true;
                break;
            case MessageReader::Step::ping:
                answer_ping(reader_.payload());
                break;
            case MessageReader::Step::close:
            case MessageReader::Step::refused:
                end(reader_.close_code(), reader_.close_reason());
                break;
        }
    }
    return false;
}

// A client that takes nothing gets no more of them (RFC 6455 §5.5.3).
void WebSocketConnection::answer_ping(std::string_view payload) {
    if (state_ != State::open || !has_room()) return;
    websocket::append_frame(out_, Opcode::pong, payload);
    if (!working_) server_.websockets_.flush_later(*this);
}

// Once its bytes are all looked at, and nobody has a view of them.
void WebSocketConnection::release_input() {
    if (!input_ || held_ || pending_ || (!input_->empty() && state_ < State::ended)) return;
    input_->clear();
    if (input_->has_usual_capacity()) server_.buffers_.give(std::move(input_));
    input_.reset();
}

void WebSocketConnection::read_on() {
    release_input();
    if (state_ != State::gone && !peer_finished_) watch((watched_ & ~std::uint32_t{EPOLLONESHOT}) | EPOLLIN);
}

void WebSocketConnection::send(std::string_view payload, bool is_text) {
    if (state_ != State::open) return;
    const websocket::Kind kind = is_text ? websocket::Kind::text : websocket::Kind::binary;
    if (deflater_) {
        deflater_->append_message(out_, kind, payload);
    } else {
        websocket::append_frame(out_, websocket::opcode_of(kind), payload);
    }
    if (!working_) server_.websockets_.flush_later(*this);
}

bool WebSocketConnection::has_room() const noexcept { return out_.size() - sent_ < most_pending; }

// True when the socket took all.
bool WebSocketConnection::send_some() {
    while (sent_ < out_.size()) {
        const ssize_t sent = send_bytes(socket_, out_.data() + sent_, out_.size() - sent_);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (sent < 0) {
            lose("connection_closed");
            return false;
        }
        sent_ += static_cast<std::size_t>(sent);
        window_bytes_ += static_cast<std::size_t>(sent);
        if (record_) record_->sent += static_cast<std::uint64_t>(sent);
        if (sent_ < out_.size()) break;  // the rest would not fit
    }
    if (sent_ == out_.size()) return true;
    if (sent_ >= most_pending) out_.erase(0, std::exchange(sent_, 0));
    if (!std::exchange(blocked_, true)) {
        window_bytes_ = 0;
        arm();
    }
    watch(watched_ | EPOLLOUT);
    return false;
}

void WebSocketConnection::flush() {
    if (state_ == State::gone) return;
    const bool had_room = has_room();
    const bool all = send_some();
    if (state_ == State::gone) return;
    if (all) {
        sent_ = 0;
        server_.websockets_.give_output(std::exchange(out_, {}));
        if (std::exchange(blocked_, false)) {
            watch(watched_ & ~std::uint32_t{EPOLLOUT});
            arm();
        }
        if (peer_finished_) return close_socket("connection_closed");
        if (state_ == State::ended && !std::exchange(shut_, true)) ::shutdown(socket_, SHUT_WR);
    }
    if (had_room || !has_room() || !session_) return;
    // What is sent in here goes out in another turn, so that others have theirs.
    working_ = true;
    session_->on_room();
    working_ = false;
    if (out_.size() > sent_ && !blocked_) server_.websockets_.flush_later(*this);
}

void WebSocketConnection::watch(std::uint32_t events) {
    if (watched_ == events) return;
    watched_ = events;
    server_.poller_.modify(socket_, events, *this);
}

}  // namespace patchbay
