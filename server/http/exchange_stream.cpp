// The second half of an exchange whose answer is a stream: its producer, which runs after the handler, on the
// plugin's loop or on an executor thread.
#include "http/exchange.hpp"
#include "http/response_writer.hpp"

#include <patchbay/problem.hpp>

#include <variant>

namespace patchbay {

using http::status;

bool Exchange::produces_body() const noexcept {
    return response_.source() && !response_.file() && !response_.websocket();
}

// Called where the handler has ended. True when end_stream() follows, or has followed; otherwise response_ is
// the whole answer.
bool Exchange::begin_stream() noexcept {
    // The answer to HEAD is the head of a stream, with nobody to produce for (RFC 9110 §9.3.2).
    const bool bodiless = !may_have_body(response_.status());
    head_of_stream_ = parser_.request().method == http::verb::head && !bodiless;
    if (head_of_stream_ || bodiless) return drop_stream();
    if (doomed) {
        drop_stream();
        response_ = problem(status::service_unavailable, "The request was cancelled.");
        return false;
    }
    TaskContext::deadline = BlockingJob::deadline = std::chrono::steady_clock::time_point::max();
    pipe_.emplace([this] { announce_output(); });
    producing_ = true;
    if (std::holds_alternative<BodyProducer>(*response_.source())) {
        LoopThread& home = generation_->home ? *generation_->home : *loop_;
        executor = LoopExecutor{home.context(), executor.lease()};
        kind_ = HandlerKind::async;
        if (home.running_in_this_thread()) {
            start_producer();
        } else {
            deliver_to(home, *this, [](LoopMessage& message) noexcept {
                static_cast<Message&>(message).exchange->start_producer();
            });
        }
        return true;
    }
    kind_ = HandlerKind::blocking;
    if (detail::thread_state.kind == detail::ThreadKind::executor) {
        produce_blocking();
        return true;
    }
    BlockingJob::lease = executor.lease();
    if (services_->executor->submit(*this, *generation_->share)) return true;
    drop_stream();
    response_ = busy();
    return false;
}

// The producer, with all that it captured, goes before the lease does.
bool Exchange::drop_stream() noexcept {
    const detail::LeaseScope scope{executor.lease()};
    producer_ = {};
    if (filtering_) keep_source(response_.source());
    response_.drop_source();
    if (!producing_) return false;
    producing_ = false;
    pipe_.reset();
    return false;
}

void Exchange::start_producer() noexcept {
    const detail::HandlerScope scope{executor.lease()};
    announce_output();
    writer_.emplace(*pipe_);
    bool ended = true;
    const bool well = guarded_step([&] {
        producer_ = std::get<BodyProducer>(*response_.source())(*writer_);
        ended = producer_.start(*this);
        if (ended) producer_.take();
    });
    if (ended) end_stream(!well);
}

void Exchange::producer_finished() noexcept {
    const bool well = guarded_step([this] { producer_.take(); });
    end_stream(!well);
}

void Exchange::produce_blocking() noexcept {
    announce_output();
    BlockingBodyWriter writer{*pipe_};
    const bool well = guarded_step([&] { std::get<BlockingBodyProducer> (*response_.source())(writer); });
    end_stream(!well);
}

template <class Step>
bool Exchange::guarded_step(Step step) noexcept {
    try {
        step();
        return true;
    } catch (const std::exception& error) {
        // Of a client that has gone nobody needs to be told.
        if (!doomed && !pipe_->ended()) log_failure(error.what());
    } catch (...) {
        log_failure("an exception that is no std::exception");
    }
    return false;
}

void Exchange::end_stream(bool failed) noexcept {
    {
        const detail::LeaseScope scope{executor.lease()};
        producer_ = {};
        response_.drop_source();
    }
    stream_failed_ = failed;
    ended_away();
}

void Exchange::announce_output() noexcept {
    output_message_.handle = [](LoopMessage& message) noexcept {
        static_cast<Message&>(message).exchange->on_output();
    };
    loop_->deliver(output_message_);
}

void Exchange::on_output() noexcept {
    output_begun_ = true;
    pipe_->heard();
    if (doomed) return stop_producer();
    owner_->on_exchange_output();
}

}  // namespace patchbay
