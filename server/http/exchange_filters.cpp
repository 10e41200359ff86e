// An exchange whose route has filters of plugins: each of them, the handler between them, and the end of what
// they attached, one after another, each on its plugin's loop. Between two of them the exchange is on its
// own.
#include "http/exchange.hpp"
#include "http/filter_run.hpp"

#include <patchbay/problem.hpp>

#include <utility>

namespace patchbay {

using http::status;

namespace {

/// A stream's producer that no longer is one: what it captured dies with the values of the request.
struct KeptSource final : detail::AttachedValue {
    explicit KeptSource(std::shared_ptr<const detail::BodySource>&& given) : held{std::move(given)} {
        destroy = [](detail::AttachedValue* self) noexcept { delete static_cast<KeptSource*>(self); };
    }
    std::shared_ptr<const detail::BodySource> held;
};

}  // namespace

bool Exchange::runs_in(const ServedGeneration& generation) const noexcept {
    return filtering_ ? filter_run_->holds(generation) : generation_ == &generation;
}

bool Exchange::run_answer(Response answer, const std::shared_ptr<const PublishedRoutes>& routes,
                          ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline) {
    begin(owner, deadline);
    if (!filter_run_) filter_run_ = std::make_unique<FilterRun>();
    filter_run_->host_answer = std::move(answer);
    handler_ = nullptr;
    return run_filtered(nullptr, routes);
}

bool Exchange::run_filtered(const Endpoint* endpoint, const std::shared_ptr<const PublishedRoutes>& routes) {
    if (!filter_run_) filter_run_ = std::make_unique<FilterRun>();
    filter_run_->begin(*choice.filters, endpoint, loop_->index());
    request_.emplace(parser_.request());
    running_ = filtering_ = true;
    routes_ = routes;
    if (!filters_go_on()) return false;
    if (!posts_.none()) return ends_later(routes);
    running_ = false;
    routes_.reset();
    return true;
}

// On the connection's loop, as the functions it calls: each gives false when what it has begun ends later, in
// ended(). True when all is done.
bool Exchange::filters_go_on() noexcept {
    while (filtering_) {
        // A function on its way to the loop of what has just ended must not meet what runs on the next.
        if (posts_.wait()) return false;  // post_ran() goes on
        bool done = true;
        switch (filter_run_->phase) {
            case FilterRun::Phase::before:
                done = next_before();
                break;
            case FilterRun::Phase::handler:
                done = next_handler();
                break;
            case FilterRun::Phase::after:
                done = next_after();
                break;
            case FilterRun::Phase::stream:
                done = next_stream();
                break;
            case FilterRun::Phase::release:
                done = next_release();
                break;
        }
        if (!done) return false;
    }
    return true;
}

void Exchange::resume_filters() noexcept {
    if (filters_go_on()) ended();
}

bool Exchange::next_before() noexcept {
    FilterRun& run = *filter_run_;
    if (doomed) {
        response_ = problem(status::service_unavailable, "The request was cancelled.");
        run.answered(run.at);
        return true;
    }
    if (run.at == run.steps().size()) {
        run.phase = FilterRun::Phase::handler;
        return true;
    }
    const InnerFilter& step = run.step();
    if (!step.own && (step.entry->before || step.entry->before_async)) return run_step();
    auto answer = step.own ? run_before(*step.own, *request_, *services_->log) : std::nullopt;
    ++run.at;
    if (answer) {
        response_ = *std::move(answer);
        run.answered(run.at);
    }
    return true;
}

bool Exchange::next_handler() noexcept {
    FilterRun& run = *filter_run_;
    run.answered(run.at);
    if (!run.endpoint) {
        response_ = *std::exchange(run.host_answer, std::nullopt);
        return true;
    }
    run.source_owner = run.endpoint->generation;
    if (!run_endpoint(*run.endpoint, routes_)) return false;
    executor = {};
    return true;
}

bool Exchange::next_after() noexcept {
    FilterRun& run = *filter_run_;
    if (run.at == 0 || abandoned_) {
        run.phase = FilterRun::Phase::stream;
        return true;
    }
    --run.at;
    const InnerFilter& step = run.step();
    if (step.own) {
        auto before = response_.source();
        if (!run_after(*step.own, *request_, response_, *services_->log)) keep_source(std::move(before));
        return true;
    }
    if (run.at >= run.entered || !(step.entry->after || step.entry->after_async)) return true;
    return run_step();
}

bool Exchange::next_stream() noexcept {
    FilterRun& run = *filter_run_;
    run.phase = FilterRun::Phase::release;
    choice.inner_filtered = true;
    if (response_.websocket()) {
        deliver_to(*loop_, *this, [](LoopMessage& message) noexcept {
            static_cast<Message&>(message).exchange->on_upgrade();
        });
        return false;
    }
    if (!produces_body()) return true;
    generation_ = run.source_owner;
    executor = LoopExecutor{loop_->context(), generation_->leases[loop_->index()]};
    if (begin_stream()) return false;
    executor = {};
    return true;
}

// Each value dies on the loop of the plugin that attached it.
bool Exchange::next_release() noexcept {
    kind_ = HandlerKind::inline_;  // nothing that could be asked to stop
    drop_values_here();
    if (const detail::AttachedValue* const value = parser_.request().attached) {
        deliver_to(*filter_run_->home_of(value->lease.block()->generation()), *this,
                   [](LoopMessage& message) noexcept {
                       Exchange& exchange = *static_cast<Message&>(message).exchange;
                       exchange.drop_values_here();
                       deliver_to(*exchange.loop_, exchange, on_end_message);
                   });
        return false;
    }
    filter_run_->end();
    filtering_ = false;
    return true;
}

void Exchange::drop_values_here() noexcept {
    while (const detail::AttachedValue* const value = parser_.request().attached) {
        const detail::LeaseBlock* const block = value->lease.block();
        const LoopThread* const home = block ? filter_run_->home_of(block->generation()) : nullptr;
        if (home && !home->running_in_this_thread()) return;
        detail::drop_newest_value(parser_.request());
    }
}

// Runs the `before` or `after` of the step that it is at.
bool Exchange::run_step() noexcept {
    in_step_ = true;
    kind_ = HandlerKind::async;
    generation_ = filter_run_->step().generation;
    LoopThread& home = generation_->home ? *generation_->home : *loop_;
    executor = LoopExecutor{home.context(), generation_->leases[loop_->index()]};
    if (&home == loop_) {
        if (!start_step()) return false;
        in_step_ = false;
        executor = {};
        return true;
    }
    deliver_to(home, *this, [](LoopMessage& message) noexcept {
        Exchange& exchange = *static_cast<Message&>(message).exchange;
        if (exchange.start_step()) exchange.step_ended();
    });
    return false;
}

// True when it has ended; then it is settled.
bool Exchange::start_step() noexcept {
    const detail::HandlerScope scope{executor.lease()};
    FilterRun& run = *filter_run_;
    const detail::FilterEntry& entry = *run.step().entry;
    bool ended = true;
    const bool well = guarded_filter([&] {
        if (run.phase == FilterRun::Phase::before) {
            if (entry.before) {
                run.answer = entry.before(*request_);
                return;
            }
            run.before_task = entry.before_async(*request_);
            ended = run.before_task.start(*this);
            if (ended) run.answer = run.before_task.take();
        } else {
            run.source = response_.source();
            if (entry.after) return entry.after(*request_, response_);
            run.after_task = entry.after_async(*request_, response_);
            ended = run.after_task.start(*this);
            if (ended) run.after_task.take();
        }
    });
    if (ended) settle_step(well);
    return ended;
}

void Exchange::step_finished() noexcept {
    FilterRun& run = *filter_run_;
    settle_step(guarded_filter([&] {
        if (run.phase == FilterRun::Phase::before) {
            run.answer = run.before_task.take();
        } else {
            run.after_task.take();
        }
    }));
    step_ended();
}

// `well` is false when it has thrown; the answer to that is there.
void Exchange::settle_step(bool well) noexcept {
    FilterRun& run = *filter_run_;
    run.before_task = {};
    run.after_task = {};
    if (run.phase == FilterRun::Phase::after) return settle_source();
    auto answer = std::exchange(run.answer, std::nullopt);
    if (!well) return run.answered(run.at);
    if (!answer) {
        ++run.at;
        return;
    }
    response_ = *std::move(answer);
    run.source_owner = generation_;
    run.answered(run.at + 1);
}

// Whoever put another stream in the place of the answer's runs it, and what it was dies where it came from.
void Exchange::settle_source() noexcept {
    FilterRun& run = *filter_run_;
    auto before = std::exchange(run.source, nullptr);
    if (response_.source() == before) return;
    keep_source(std::move(before));
    run.source_owner = generation_;
}

void Exchange::keep_source(std::shared_ptr<const detail::BodySource> source) noexcept {
    const ServedGeneration* const owner = filter_run_->source_owner;
    if (!source || !owner) return;
    const detail::LeaseScope scope{owner->leases[loop_->index()]};
    auto kept = std::make_unique<KeptSource>(std::move(source));
    detail::attach_value(parser_.request(), *kept.release());
}

// On the filter's loop.
void Exchange::step_ended() noexcept {
    in_step_ = false;
    executor = {};
    if (loop_->running_in_this_thread()) return ended();
    deliver_to(*loop_, *this, on_end_message);
}

template <class Step>
bool Exchange::guarded_filter(Step step) noexcept {
    try {
        step();
        return true;
    } catch (const HttpError& error) {
        response_ = problem(error);
    } catch (const std::exception& error) {
        response_ = failure(error.what());
    } catch (...) {
        response_ = failure("an exception that is no std::exception");
    }
    return false;
}

}  // namespace patchbay
