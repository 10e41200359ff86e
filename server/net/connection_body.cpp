// A body that arrives while its handler runs. Either the client is waited for, within timeouts.body, or the
// handler, within the time that its endpoint allows.
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <algorithm>
#include <sys/epoll.h>
#include <utility>

namespace patchbay {

using http::status;

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
    if (run_handler()) return true;
    if (receiving_ && !continue_owed_) {
        window_bytes_ = 0;
        server_.wheel_.arm(*this, server_.options_.body_timeout);
    }
    return false;
}

// The handler's time begins anew whenever it is the one that is waited for. It may end inside announce().
void Connection::receive_body() {
    IncomingBody& body = *exchange_->incoming();
    const auto handler_timeout = exchange_->choice.endpoint->timeout;
    continue_owed_ = false;
    const IncomingBody::Step step = body.feed(*input_);
    if (step == IncomingBody::Step::refused) {
        last_answer_ = true;  // nothing that follows can be trusted
        watch(backlog_ ? std::uint32_t{EPOLLOUT} : 0u);
    }
    if (step != IncomingBody::Step::more) {
        receiving_ = false;
        server_.wheel_.arm(*this, handler_timeout);
    } else if (body.full()) {
        watch(backlog_ ? std::uint32_t{EPOLLOUT} : 0u);
        server_.wheel_.arm(*this, handler_timeout);
    }
    body.announce();
}

void Connection::on_body_wanted() {
    if (!receiving_) return;
    if (std::exchange(continue_owed_, false)) {
        const LoopServer::OutputTurn turn{server_};
        server_.out_.append(continue_response);
        flush();
        if (retired()) return;
    }
    window_bytes_ = 0;
    watch(backlog_ ? std::uint32_t{EPOLLIN | EPOLLOUT} : std::uint32_t{EPOLLIN});
    server_.wheel_.arm(*this, server_.options_.body_timeout);
}

void Connection::end_body_early(http::status status, std::string_view detail) {
    receiving_ = false;
    last_answer_ = true;
    watch(backlog_ ? std::uint32_t{EPOLLOUT} : 0u);
    server_.wheel_.arm(*this, exchange_->choice.endpoint->timeout);
    exchange_->incoming()->fail(status, detail);
    exchange_->incoming()->announce();
}

// False when it is the handler that is waited for, and has been for too long.
bool Connection::body_goes_on() {
    if (continue_owed_ || exchange_->incoming()->full()) return false;
    const auto window = server_.options_.body_timeout;
    if (window_bytes_ < least_progress(window)) {
        end_body_early(status::request_timeout, "The body did not arrive in time.");
    } else {
        window_bytes_ = 0;
        server_.wheel_.arm(*this, window);
    }
    return true;
}

}  // namespace patchbay
