// How a WebSocket is kept alive, and how it ends: the farewells (RFC 6455 §7), the timeouts, the socket's end
// and the handler's.
#include "net/loop_server.hpp"
#include "net/socket_io.hpp"
#include "net/websocket_connection.hpp"
#include "websocket/message_writer.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace patchbay {

using websocket::Opcode;

namespace {

constexpr std::chrono::milliseconds stop_grace{1'000};  // for the handler to end by itself

// Whether the other side has closed its end.
bool has_left(int socket) noexcept {
    pollfd asked{.fd = socket, .events = POLLRDHUP, .revents = 0};
    return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLRDHUP) != 0;
}

}  // namespace

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    websocket::append_close(out_, code, reason);
    state_ = State::closing;
    farewell_due_.reset();
    pending_ = false;
    arm();
    if (!held_) {
        parse();  // up to the client's farewell, which may have come
        read_on();
    }
    if (!working_) server_.websockets_.flush_later(*this);
}

void WebSocketConnection::say_farewell(CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    close(code, reason);
    if (session_) session_->closed(code, reason);
}

void WebSocketConnection::close_later(CloseCode code, std::chrono::milliseconds delay) {
    stopping_ = true;
    if (state_ == State::gone) return arm();
    if (state_ != State::open || farewell_due_) return;
    farewell_due_ = code;
    server_.wheel_.arm(*this, delay);
}

void WebSocketConnection::shut_down() {
    stopping_ = true;
    if (state_ >= State::ended) return arm();
    say_farewell(CloseCode::going_away, "The server shuts down.");
}

void WebSocketConnection::close_now() {
    stopping_ = true;
    if (state_ != State::gone) close_socket({});
    if (session_) session_->stop();
}

// The client has said farewell, or what can't be understood: nothing that follows counts.
void WebSocketConnection::end(CloseCode code, std::string_view reason) {
    const bool first = state_ == State::open;
    state_ = State::ended;
    farewell_due_.reset();
    arm();
    if (!working_) server_.websockets_.flush_later(*this);
    if (!first) return;
    websocket::append_close(out_, code, reason);
    if (session_) session_->closed(code, reason);
}

// The client has ended its side without a farewell. What it gets yet are answers to what came whole.
void WebSocketConnection::on_half_close() {
    const bool first = state_ == State::open;
    state_ = State::ended;
    peer_finished_ = true;
    farewell_due_.reset();
    watch(watched_ & ~std::uint32_t{EPOLLIN});
    arm();
    release_input();
    if (first && session_) session_->closed(CloseCode::abnormal, {});
}

void WebSocketConnection::leave_generation() noexcept {
    if (generation_) generation_->websockets.fetch_sub(1, std::memory_order_relaxed);
    generation_ = nullptr;
}

void WebSocketConnection::handler_ended() noexcept {
    leave_generation();
    session_.reset();
    if (exchange_) Exchange::leave_upgrade(std::move(exchange_));
    held_ = false;
    pending_ = parse();
    read_on();
    remove_if_done();
}

void WebSocketConnection::arm() {
    if (farewell_due_) return;
    if (blocked_ && state_ != State::gone) return server_.wheel_.arm(*this, listener_.options.write_timeout);
    switch (state_) {
        case State::open:
            if (terms_.ping_interval.count() > 0) return server_.wheel_.arm(*this, terms_.ping_interval);
            return TimerWheel::disarm(*this);
        case State::closing:
            return server_.wheel_.arm(*this, terms_.close_timeout);
        case State::ended:
            return server_.wheel_.arm(*this, server_.linger_time());
        case State::gone:
            if (!session_) return TimerWheel::disarm(*this);
            return server_.wheel_.arm(*this, stopping_ ? stop_grace : terms_.cleanup_timeout);
    }
}

void WebSocketConnection::on_timeout() {
    if (state_ == State::gone) {
        if (session_) session_->stop();
        return;
    }
    if (farewell_due_)
        return say_farewell(*std::exchange(farewell_due_, std::nullopt), "The server restarts.");
    if (blocked_) {
        const std::size_t least = listener_.options.least_progress(listener_.options.write_timeout);
        if (std::exchange(window_bytes_, 0) < least) return lose("write_timeout");
        return arm();
    }
    if (state_ == State::open) return keep_alive();
    close_socket({});
}

// Who is held back can't be heard; that it has left shows all the same.
void WebSocketConnection::keep_alive() {
    const bool heard = std::exchange(heard_, false);
    const bool held_back = held_ || pending_;
    if (heard || held_back) {
        pinged_ = false;
        if (!heard && has_left(socket_)) return lose("connection_closed");
        return arm();
    }
    if (std::exchange(pinged_, true)) return lose("ping_timeout");
    websocket::append_frame(out_, Opcode::ping, {});
    server_.wheel_.arm(*this, terms_.pong_timeout);
    flush();
}

void WebSocketConnection::on_failure() {
    if (state_ != State::gone) lose("out_of_memory");
}

void WebSocketConnection::lose(std::string_view error) {
    reset_on_close(socket_);
    close_socket(error);
}

void WebSocketConnection::close_socket(std::string_view error) {
    state_ = State::gone;
    server_.poller_.remove(socket_);
    ::close(socket_);
    server_.counts_.all.leave();
    listener_.counts.leave();
    if (address_counts_) address_counts_->leave(address_);
    report(error);
    farewell_due_.reset();
    pending_ = false;
    out_ = {};
    sent_ = 0;
    release_input();
    arm();
    if (session_) session_->closed(CloseCode::abnormal, {});
    remove_if_done();
}

void WebSocketConnection::report(std::string_view error) {
    const std::unique_ptr<AccessRecord> record = std::move(record_);
    if (!record || !server_.access_) return;
    const std::uint64_t bytes = record->sent - std::min(record->sent, record->head_bytes);
    server_.access_->end(*record, {.status = record->status, .bytes = bytes, .error = error, .cut = false});
}

void WebSocketConnection::remove_if_done() {
    if (state_ == State::gone && !session_ && !retired()) server_.websockets_.remove(*this);
}

}  // namespace patchbay
