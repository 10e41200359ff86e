// How a connection comes to rest between its requests, and to its end.
#include "net/body_timer.hpp"
#include "net/client_probe.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"
#include "net/socket_io.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace patchbay {

namespace {

constexpr std::chrono::milliseconds delivery_check{1'000};  // after a large answer: has it arrived?

}  // namespace

void Connection::after_flush() {
    if (state_ == State::running || retired()) return;
    if (last_answer_ || (server_.draining_ && state_ == State::idle)) return linger();
    if (peer_finished_) return close_now();
    if (state_ != State::idle) return;
    give_spares_back();
    server_.wheel_.arm(*this, delivering_ ? delivery_check : listener_.options.idle_timeout);
}

void Connection::give_spares_back() {
    if (input_ && input_->has_usual_capacity()) server_.buffers_.give(std::move(input_));
    input_.reset();
    give_exchange_back();
}

void Connection::give_exchange_back() {
    if (!exchange_) return;
    handover_.reset();
    exchange_->forget();
    server_.exchanges_.give(std::move(exchange_));
}

void Connection::linger() {
    state_ = State::lingering;
    if (peer_finished_ || brief_) return close_now();
    ::shutdown(socket_, SHUT_WR);
    watch(EPOLLIN);
    server_.wheel_.arm(*this, server_.linger_time());
}

void Connection::discard_input() {
    if (drop_input(socket_)) close_now();
}

// A client may finish sending and still wait for its answers (RFC 9112 §9.6), or it may have left; its socket
// says the same of both.
void Connection::on_half_close() {
    watch(0);
    client_probe_ = std::make_shared<ClientProbe>(*this, server_.loop_.context());
    client_probe_->begin();
}

// Sends what changes nothing for one that waits: to a socket that is closed any byte comes back as a reset,
// which ends the connection. Before the head that is a 100, which a client must be able to read and may
// discard (RFC 9110 §15.2), and in a chunked body a leading zero of the next chunk's size (RFC 9112 §7.1).
void Connection::probe_client() {
    if (retired()) return;
    const bool between_pieces = !backlog_ && !awaits_coding_turn_;
    if (state_ != State::running || !between_pieces || handover_ || exchange_->request().version < 11) return;
    const LoopServer::OutputTurn turn{server_};
    server_.out_.append(streaming_ ? std::string_view{"0"} : continue_response);
    flush();
}

void Connection::close_after_answer() {
    if (streaming_) end_stream_early();
    // Of a head that has not come whole nobody will miss an answer.
    const bool nothing_asked =
        state_ == State::idle || (state_ == State::reading && !exchange_->parser().has_head());
    if (nothing_asked && !backlog_) return close_now();
    if (state_ == State::lingering && held_by_socket_ == 0) server_.wheel_.arm(*this, server_.linger_time());
}

void Connection::close_now() {
    if (retired()) return;
    if (access_record_) {
        report_end("connection_closed");
    } else if (server_.access_ && state_ == State::running && !streaming_) {
        report_without_answer();
    }
    if (state_ == State::running) {
        Exchange::abandon(std::move(exchange_), std::move(input_));
    } else {
        if (exchange_) exchange_->close_body();
        give_exchange_back();
        if (input_ && input_->has_usual_capacity()) {
            input_->clear();
            server_.buffers_.give(std::move(input_));
        }
    }
    TimerWheel::disarm(*this);
    body_timer_.reset();
    if (awaits_coding_turn_) server_.coding_turns_.forget(*this);
    server_.poller_.remove(socket_);
    ::close(socket_);
    server_.remove(*this);
}

void Connection::reset() {
    reset_on_close(socket_);
    close_now();
}

}  // namespace patchbay
