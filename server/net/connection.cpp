#include "net/connection.hpp"

#include "net/body_timer.hpp"
#include "net/loop_server.hpp"
#include "net/socket_io.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace patchbay {

using http::status;

namespace {

constexpr std::size_t smallest_read = 1024;
constexpr std::size_t body_read = 64 * 1024;    // of a body that its handler reads
constexpr std::size_t most_output = 64 * 1024;  // of pipelined answers, before they are sent
constexpr std::size_t most_held_answers = 16;   // of a connection, while others of its group work

}  // namespace

Connection::Connection(LoopServer& server, const ServedListener& listener, int socket,
                       const boost::asio::ip::tcp::endpoint& peer, bool proxy_protocol)
    : server_{server},
      listener_{listener},
      socket_{socket},
      proxy_header_due_{proxy_protocol},
      watched_{EPOLLIN},
      peer_{peer} {
    server_.wheel_.arm(*this, listener_.options.header_timeout);
}

Connection::~Connection() = default;

void Connection::on_events(std::uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return close_now();
    if (events & EPOLLOUT) {
        resume_sending();
        // Of a body that its handler reads while it answers neither direction keeps the other waiting.
        if (retired() || !receiving_ || !(events & EPOLLIN)) return;
    }
    if (state_ == State::lingering) return discard_input();
    read();
}

void Connection::read() {
    if (!input_) input_ = server_.buffers_.take();
    if (state_ == State::running && !receiving_) {
        // The handler's views point into the buffer, so it must not move.
        if (input_->space_size() == 0) return watch(0);
    } else {
        make_room();
    }
    const ssize_t received = receive_bytes(socket_, input_->space(), input_->space_size());
    if (received < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close_now();
        return;
    }
    if (received == 0) {
        peer_finished_ = true;
        if (state_ != State::running) return close_now();
        on_half_close();
        if (receiving_) end_body_early(status::bad_request, "The body ended before its end.");
        return;
    }
    input_->commit(static_cast<std::size_t>(received));
    (receiving_ ? body_timer_->window_bytes : window_bytes_) += static_cast<std::size_t>(received);
    if (receiving_) return receive_body();
    if (proxy_header_due_ && !take_proxy_header()) return;
    if (state_ == State::running) return;
    if (brief_) return work();  // it must have its answer before its listener goes on
    server_.poller_.work_later(*this);
}

void Connection::make_room() {
    if (receiving_) {
        input_->make_space(body_read);
        return;
    }
    if (input_->space_size() >= smallest_read) return;
    const std::ptrdiff_t moved = input_->make_space(Buffer::usual_capacity / 2);
    if (exchange_) exchange_->parser().rebase(moved);
}

void Connection::work() {
    const LoopServer::OutputTurn turn{server_};
    serve_requests();
}

// Small answers of a connection that has nothing else to do are sent together with those of others. Nobody
// else may have something to send on it meanwhile.
void Connection::on_received() {
    const LoopServer::OutputTurn turn{server_};
    answer_requests(most_held_answers);
    const std::string& out = server_.out_;
    if (state_ == State::running || backlog_ || out.empty() || out.size() >= large_answer)
        return send_answers();
    answers_ = server_.outputs_.take();
    answers_->assign(out);
    if (state_ == State::idle && input_->empty()) give_spares_back();
    server_.poller_.send_later(*this);
}

void Connection::on_send() {
    std::unique_ptr<std::string> answers = std::move(answers_);
    if (!flush(*answers)) return;
    server_.outputs_.give(std::move(answers));
    if (next_may_begin()) return server_.poller_.work_later(*this);
    after_flush();
}

void Connection::serve_requests() {
    answer_requests();
    send_answers();
}

// Pipelined requests are answered together, up to a file or to so much output that its client must take some.
void Connection::answer_requests(std::size_t most) {
    bool answered = true;
    for (; answered && most > 0 && may_begin_request() && server_.out_.size() < most_output; --most)
        answered = begin_request();
}

void Connection::send_answers() {
    while (flush()) {
        if (!next_may_begin()) return after_flush();
        answer_requests();
    }
}

bool Connection::may_begin_request() const noexcept {
    return !last_answer_ && state_ != State::running && !backlog_ && input_ && !input_->empty();
}

void Connection::stop_handler(const ServedGeneration* only) {
    if (state_ == State::running && (!only || exchange_->runs_in(*only))) exchange_->request_stop();
}

// For room where something is to be sent, and for bytes where some may come.
void Connection::watch_anew() {
    const bool to_send = backlog_ && !awaits_coding_turn_;
    const bool may_come = receiving_ ? !exchange_->incoming()->full() : !backlog_ && !peer_finished_;
    watch((to_send ? std::uint32_t{EPOLLOUT} : 0u) | (may_come ? std::uint32_t{EPOLLIN} : 0u));
}

void Connection::watch(std::uint32_t events) {
    if (watched_ == events) return;
    watched_ = static_cast<std::uint8_t>(events);
    server_.poller_.modify(socket_, events, *this);
}

}  // namespace patchbay
