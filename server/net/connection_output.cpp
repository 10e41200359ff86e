// What a connection says: answers, streams, and what the socket has not taken yet.
#include "net/connection.hpp"
#include "net/loop_server.hpp"
#include "net/socket_io.hpp"

#include <patchbay/problem.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace patchbay {

using http::status;
using http::verb;

namespace {

constexpr std::size_t kept_output = 256 * 1024;  // a larger output buffer is freed after its answer

}  // namespace

void Connection::answer(Response& response) {
    if (response.websocket() && !may_upgrade()) response = problem(status::service_unavailable);
    filter(exchange_->choice.filters, response);
    if (response.websocket()) return upgrade(response);
    if (response.file() && may_have_body(response.status())) {
        answer_with_file(response, framing_of_answer());
    } else {
        answer_from_memory(response);
    }
    finish_request();
}

void Connection::answer_from_memory(Response& whole) {
    const bool head_of_stream = state_ == State::running && exchange_->head_of_stream();
    auto coded = code(whole, head_of_stream ? BodyForm::stream : BodyForm::whole);
    const Response& response = coded ? coded->head : whole;
    const ResponseFraming framing = framing_of_answer();
    if (head_of_stream) {
        append_head(server_.out_, response, std::nullopt, framing, server_.date_);
    } else if (coded && coded->encoder) {
        return answer_in_slices(*coded, framing);
    } else {
        append_response(server_.out_, response, framing, server_.date_);
    }
    if (server_.access_) report(response, framing);
}

ResponseFraming Connection::framing_of_answer() {
    const std::size_t most = listener_.options.max_requests;
    const bool spent = most != 0 && ++requests_ >= most;
    // Of a body that was not read to its end nobody knows where the next request begins.
    if (!exchange_->parser().keep_alive() || server_.draining_ || receiving_ || spent || brief_)
        last_answer_ = true;
    const detail::RequestData& request = exchange_->request();
    return {.head_only = request.method == verb::head,
            .keep_alive = !last_answer_,
            .http_1_0 = request.version < 11};
}

void Connection::answer_with_file(const Response& response, const ResponseFraming& framing) {
    FileAnswer answer = patchbay::answer_with_file(response, exchange_->request());
    if (server_.access_ && (answer.parts.empty() || framing.head_only)) report(answer.head, framing);
    if (answer.parts.empty()) return append_response(server_.out_, answer.head, framing, server_.date_);
    append_head(server_.out_, answer.head, answer.length, framing, server_.date_);
    if (framing.head_only) return;
    if (server_.access_) {
        report_later(answer.head.status());
        access_record_->bytes = answer.length;
        access_record_->head_bytes = server_.out_.size();
    }
    if (!backlog_) backlog_ = std::make_unique<Backlog>();
    backlog_->add(std::exchange(server_.out_, {}));
    backlog_->add(FileTransfer{*response.file(), std::move(answer.parts)});
}

void Connection::answer_and_end(Response response) {
    last_answer_ = true;
    filter(filters_now(), response);
    const bool head_only =
        exchange_ && exchange_->parser().has_head() && exchange_->request().method == verb::head;
    append_response(server_.out_, response, {.head_only = head_only, .keep_alive = false, .http_1_0 = false},
                    server_.date_);
    if (server_.access_) report_refusal(response, head_only);
}

void Connection::on_exchange_ended() {
    const LoopServer::OutputTurn turn{server_};
    if (streaming_) return end_stream();
    watch(backlog_ ? std::uint32_t{EPOLLOUT} : std::uint32_t{EPOLLIN});
    if (exchange_->streams()) {
        answer(problem(status::service_unavailable));  // stopped before its head was out
    } else {
        answer(exchange_->response());
    }
    serve_requests();
}

void Connection::on_exchange_output() {
    const LoopServer::OutputTurn turn{server_};
    if (streaming_ || begin_stream()) send_stream();
}

// A client that does not even take these gets no more of them. Nor does one on its way to a WebSocket, whose
// 101 must not wait behind them.
void Connection::on_early_hints(std::string_view response) {
    if (!listener_.options.early_hints || streaming_ || backlog_ || handover_) return;
    const LoopServer::OutputTurn turn{server_};
    server_.out_.append(response);
    flush();
}

// From here on the client is waited for, and not the producer. A 100 that is owed stays so: nothing is
// between this head and the end of its answer (RFC 9110 §15.2). False when the connection has been closed.
bool Connection::begin_stream() {
    streaming_ = true;
    TimerWheel::disarm(*this);
    if (exchange_->request().version < 11) last_answer_ = true;  // the end of the connection is the body's
    if (!filter(exchange_->choice.filters, exchange_->response(), BodyForm::stream)) {
        reset();
        return false;
    }
    auto coded = code(exchange_->response(), BodyForm::stream);
    append_head(server_.out_, coded ? coded->head : exchange_->response(), std::nullopt, framing_of_answer(),
                server_.date_);
    if (coded && coded->encoder)
        coded_ = std::make_unique<CodedBody>(std::move(coded->encoder), exchange_->request().version >= 11);
    if (server_.access_) report_later(exchange_->response().status());
    if (server_.draining_) end_stream_early();
    return true;
}

// Of one that might go on for ever nobody waits for the end, if it can be ended well.
void Connection::end_stream_early() {
    if (exchange_->response().may_end_early()) exchange_->request_stop();
}

// What the client has not taken holds the producer back.
void Connection::send_stream() {
    if (backlog_ && !flush()) return;
    TimerWheel::disarm(*this);
    if (coded_) {
        code_output();
    } else {
        append_body(exchange_->take_output());
    }
    flush();
}

void Connection::append_body(std::string_view bytes) {
    if (access_record_) access_record_->bytes += bytes.size();
    if (exchange_->request().version < 11) {
        server_.out_.append(bytes);
    } else {
        append_chunk(server_.out_, bytes);
    }
}

void Connection::end_stream() {
    if (exchange_->stream_failed()) {
        if (access_record_) report_end("stream_failed");
        if (server_.draining_) ++server_.cut_;
        state_ = State::lingering;  // the exchange has ended
        return reset();
    }
    if (coded_) {
        end_coded_stream();
    } else {
        append_body(exchange_->take_output());
        if (exchange_->request().version >= 11) server_.out_.append(last_chunk);
    }
    streaming_ = false;
    if (access_record_ && !backlog_) report_end();
    finish_request();
    watch(backlog_ ? std::uint32_t{EPOLLOUT} : std::uint32_t{EPOLLIN});
    serve_requests();
}

// Sends what the turn has put out. False when some of it is left, or the connection is closed.
bool Connection::flush() { return flush(server_.out_); }

bool Connection::flush(std::string& out) {
    if (!backlog_) {
        if (out.empty()) return true;
        const ssize_t sent = send_bytes(socket_, out.data(), out.size());
        if (sent == static_cast<ssize_t>(out.size())) {
            delivering_ = out.size() >= large_answer;
            out.clear();
            if (out.capacity() > kept_output) out = {};
            return true;
        }
        if (sent > 0) out.erase(0, static_cast<std::size_t>(sent));
        backlog_ = std::make_unique<Backlog>();
    }
    if (!out.empty()) backlog_->add(std::exchange(out, {}));
    window_bytes_ = 0;
    if (send_backlog()) return true;
    if (!retired() && (state_ != State::running || streaming_))
        server_.wheel_.arm(*this, listener_.options.write_timeout);
    return false;
}

bool Connection::send_backlog() {
    const std::size_t before = window_bytes_;
    const SendProgress progress = backlog_->send(socket_, window_bytes_);
    if (access_record_) access_record_->sent += window_bytes_ - before;
    switch (progress) {
        case SendProgress::waiting:
            watch_anew();
            return false;
        case SendProgress::failed:
            reset();
            return false;
        case SendProgress::done:
            break;
    }
    if (next_slice_follows()) return false;
    backlog_.reset();
    if (access_record_ && !streaming_) report_end();
    delivering_ = true;
    watch_anew();
    return true;
}

void Connection::resume_sending() {
    if (!backlog_) return;  // it has gone since the event was fetched
    if (!send_backlog()) return;
    if (state_ != State::running) return work();
    if (!streaming_) return;
    const LoopServer::OutputTurn turn{server_};
    send_stream();
}

}  // namespace patchbay
