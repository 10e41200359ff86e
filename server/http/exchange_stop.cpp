// How an exchange is asked to stop, and what becomes of one whose owner goes away.
#include "http/exchange.hpp"

#include <boost/asio/post.hpp>

namespace patchbay {

using http::status;

void Exchange::request_stop() {
    doomed = true;
    if (output_begun_) end_output();
    cancel_task();
    if (!incoming_) return;
    incoming_->fail(status::service_unavailable, "The request was cancelled.");
    posts_.begin();
    boost::asio::post(loop_->context(), [this] {
        if (incoming_) incoming_->announce();
        post_ran();
    });
}

// A producer may have begun after request_stop() looked.
void Exchange::stop_producer() {
    end_output();
    cancel_task();
}

// While there is a client, it gets what has been produced, and a stream that can be ended early ends well.
void Exchange::end_output() {
    if (abandoned_) {
        pipe_->close();
    } else {
        pipe_->end();
    }
}

void Exchange::cancel_task() {
    if (!running_ || kind_ != HandlerKind::async) return;
    LoopThread& task_loop = generation_->home ? *generation_->home : *loop_;
    posts_.begin();
    // Posted even on the same loop: what is cancelled may end at once, and its owner is in the middle of
    // something.
    boost::asio::post(task_loop.context(), [this] {
        cancel();
        post_ran();
    });
}

void Exchange::abandon(std::unique_ptr<Exchange> exchange, std::unique_ptr<Buffer> input) {
    exchange->abandoned_ = true;
    exchange->owner_ = nullptr;
    if (!exchange->input_) exchange->input_ = std::move(input);
    exchange.release()->request_stop();  // ended() deletes it
}

}  // namespace patchbay
