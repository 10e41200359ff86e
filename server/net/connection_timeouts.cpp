// How long a connection waits for its client and its handler, and what it does then.
#include "net/body_timer.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

namespace patchbay {

using http::status;
using http::verb;

namespace {

// What was written to the socket and not yet acknowledged by the peer, in bytes.
std::size_t bytes_held_by(int socket) noexcept {
    int bytes = 0;
    return ::ioctl(socket, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

// True while what the client sends or takes is worth waiting for; then the next window has begun.
bool Connection::goes_on() {
    if (state_ == State::running && !streaming_) return false;
    const bool writing = backlog_ != nullptr;
    if (!writing && (state_ == State::idle || state_ == State::lingering)) return peer_catches_up();
    if (!writing && !(state_ == State::reading && waiting_for_body_)) return false;
    const auto window = writing ? listener_.options.write_timeout : listener_.options.body_timeout;
    if (window_bytes_ < listener_.options.least_progress(window)) return false;
    window_bytes_ = 0;
    server_.wheel_.arm(*this, window);
    return true;
}

// All was written, but the socket may hold it for a peer that does not take it.
bool Connection::peer_catches_up() {
    const std::size_t held = bytes_held_by(socket_);
    const std::size_t before = std::exchange(held_by_socket_, held);
    if (held == 0) {
        if (!std::exchange(delivering_, false) || state_ == State::lingering) return false;
        server_.wheel_.arm(*this, listener_.options.idle_timeout);
        return true;
    }
    delivering_ = true;
    const auto window = listener_.options.write_timeout;
    if (before != 0 && before < held + listener_.options.least_progress(window)) return false;
    server_.wheel_.arm(*this, window);
    return true;
}

void Connection::on_timeout() {
    if (goes_on()) return;
    if (streaming_ || (state_ != State::running && (backlog_ || held_by_socket_ > 0))) return reset();
    if (state_ == State::lingering || state_ == State::idle) return brief_ ? end_briefly() : close_now();
    const LoopServer::OutputTurn turn{server_};
    if (state_ == State::running) {
        Response late = problem(status::gateway_timeout, "The handler did not answer in time.");
        filter(exchange_->choice.filters, late);
        const ResponseFraming framing{
            .head_only = exchange_->request().method == verb::head, .keep_alive = false, .http_1_0 = false};
        if (server_.access_) report(late, framing, "timeout");
        Exchange::abandon(std::move(exchange_), std::move(input_));
        receiving_ = false;
        body_timer_.reset();
        last_answer_ = true;
        append_response(server_.out_, late, framing, server_.date_);
    } else {
        answer_and_end(problem(status::request_timeout, "The request did not arrive in time."));
    }
    state_ = State::idle;
    if (flush()) after_flush();
}

}  // namespace patchbay
