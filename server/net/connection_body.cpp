// A body that arrives while its handler runs. Either the client is waited for, within timeouts.body, or the
// handler, within the time that its endpoint allows.
#include "net/body_timer.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <algorithm>
#include <sys/epoll.h>
#include <utility>

namespace patchbay {

// Runs the handler while the body arrives. Its head stays where the request's views point, and what follows
// goes into another buffer.
bool Connection::stream_body(const BodyFraming& framing) {
    std::unique_ptr<Buffer> head = std::exchange(input_, server_.buffers_.take());
    const std::size_t head_size = exchange_->parser().size();
    const std::size_t rest = head->size() - head_size;
    if (input_->space_size() < rest) input_->make_space(rest);
    std::copy_n(head->data() + head_size, rest, input_->space());
    input_->commit(rest);
    head->truncate(head_size);
    continue_owed_ = exchange_->parser().expects_continue() && rest == 0;
    exchange_->open_body(std::move(head), framing);
    const IncomingBody::Step step = exchange_->incoming()->feed(*input_);
    if (step == IncomingBody::Step::refused) {
        refuse(exchange_->incoming()->fault());
        finish_request();
        return false;
    }
    receiving_ = step == IncomingBody::Step::more;
    if (receiving_) body_timer_ = std::make_unique<BodyTimer>(*this);
    if (run_handler()) return true;
    if (receiving_ && !continue_owed_) wait_for_body();
    return false;
}

// The handler may end inside announce().
void Connection::receive_body() {
    IncomingBody& body = *exchange_->incoming();
    continue_owed_ = false;
    const IncomingBody::Step step = body.feed(*input_);
    if (step == IncomingBody::Step::refused) last_answer_ = true;  // nothing that follows can be trusted
    if (step != IncomingBody::Step::more) receiving_ = false;
    if (!receiving_ || body.full()) {
        wait_for_handler();
        watch_anew();
    }
    body.announce();
}

// A client that has its answer's head already gets no 100 any more. It sends the body or not (RFC 9110
// §10.1.1); the connection ends with this answer, so nobody takes what follows for a request.
void Connection::on_body_wanted() {
    if (!receiving_) return;
    if (std::exchange(continue_owed_, false) && !streaming_) {
        const LoopServer::OutputTurn turn{server_};
        server_.out_.append(continue_response);
        flush();
        if (retired()) return;
    }
    watch_anew();
    if (!body_timer_->armed()) wait_for_body();  // what has come in since is no new window
}

void Connection::end_body_early(http::status status, std::string_view detail) {
    receiving_ = false;
    last_answer_ = true;
    watch_anew();
    wait_for_handler();
    exchange_->incoming()->fail(status, detail);
    exchange_->incoming()->announce();
}

void Connection::wait_for_body() {
    if (!streaming_) TimerWheel::disarm(*this);
    body_timer_->window_bytes = 0;
    server_.wheel_.arm(*body_timer_, listener_.options.body_timeout);
}

// Its time begins anew whenever it is the one that is waited for. A stream's producer may take any.
void Connection::wait_for_handler() {
    TimerWheel::disarm(*body_timer_);
    if (!streaming_) server_.wheel_.arm(*this, exchange_->choice.endpoint->timeout);
}

void Connection::on_body_timeout() {
    if (body_timer_->window_bytes >= listener_.options.least_progress(listener_.options.body_timeout))
        return wait_for_body();
    end_body_early(http::status::request_timeout, "The body did not arrive in time.");
}

}  // namespace patchbay
