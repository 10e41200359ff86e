// Answers whose body goes out in another coding, a slice at a time. See http/filters/compression.hpp.
#include "http/filters/filter.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <utility>

namespace patchbay {

// After filter(). Nothing: the answer goes out as it is.
std::optional<CodedAnswer> Connection::code(Response& response, BodyForm form) {
    const FilterChain* const filters = exchange_->choice.filters;
    return filters ? run_code(*filters, exchange_->request(), response, form, *server_.services_.log)
                   : std::nullopt;
}

// The length of what is still to be made is not known. To HEAD the head says the same.
void Connection::answer_in_slices(CodedAnswer& answer, const ResponseFraming& framing) {
    append_head(server_.out_, answer.head, std::nullopt, framing, server_.date_);
    if (framing.head_only) {
        if (server_.access_) report(answer.head, framing);
        return;
    }
    if (server_.access_) report_later(answer.head.status());
    coded_ = std::make_unique<CodedBody>(std::move(answer.encoder), true);
    coded_->add(std::move(answer.head.body()));
    coded_->end();
    code_slice();
}

// Into the output. While there is more to do, a backlog keeps the next request, and the producer, waiting.
void Connection::code_slice() {
    if (!coded_->has_work()) return;
    const CodedBody::Progress progress = coded_->work(server_.out_);
    // The client has taken all that there was, or this would not be made: it is not who is slow.
    window_bytes_ += progress.taken;
    if (access_record_) access_record_->bytes += progress.made;
    if (coded_->has_work() && !backlog_) backlog_ = std::make_unique<Backlog>();
}

void Connection::code_output() {
    coded_->add(exchange_->take_output());
    code_slice();
}

void Connection::end_coded_stream() {
    coded_->add(exchange_->take_output());
    coded_->end();
    code_slice();
    if (!backlog_) coded_.reset();
}

// Called when all that was made has been sent. True when the next slice is waited for.
bool Connection::next_slice_follows() {
    if (!coded_) return false;
    if (coded_->has_work()) {
        if (!std::exchange(awaits_coding_turn_, true)) server_.coding_turns_.wait(*this);
        watch_anew();
        return true;
    }
    if (coded_->ended()) coded_.reset();
    return false;
}

void Connection::take_coding_turn() {
    awaits_coding_turn_ = false;
    if (!coded_ || !backlog_) return;  // the end of a stream has done it
    {
        const LoopServer::OutputTurn turn{server_};
        code_slice();
        backlog_->add(std::exchange(server_.out_, {}));
    }
    if (coded_->failed()) return reset();
    resume_sending();
}

}  // namespace patchbay
