#include "http/exchange.hpp"

#include "http/filter_run.hpp"
#include "http/response_writer.hpp"
#include "log/logger.hpp"

#include <patchbay/problem.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace patchbay {

using http::status;
Exchange::Exchange(LoopThread& loop, const ExchangeServices& services) : loop_{&loop}, services_{&services} {
    message_.exchange = this;
    output_message_.exchange = this;
    parser_.request().hints = this;
    parser_.request().cancelled = &doomed;
    request_data = &parser_.request();
    finished = [](detail::TaskContext& context) noexcept { static_cast<Exchange&>(context).task_finished(); };
}

Exchange::~Exchange() = default;

void Exchange::begin(ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline) noexcept {
    owner_ = &owner;
    TaskContext::deadline = BlockingJob::deadline = deadline;
    cancelled = false;  // of the request that the exchange served before, like all of these
    doomed = false;
    pipe_.reset();
    producing_ = head_of_stream_ = stream_failed_ = output_begun_ = false;
}

bool Exchange::run(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes,
                   ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline) {
    begin(owner, deadline);
    if (choice.filters && !choice.filters->inner.empty()) return run_filtered(&endpoint, routes);
    return run_endpoint(endpoint, routes);
}

bool Exchange::run_endpoint(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes) {
    handler_ = endpoint.handler;
    kind_ = handler_->kind;
    generation_ = endpoint.generation;
    detail::LeaseBlock* block = generation_->leases[loop_->index()];
    if (handler_->kind == HandlerKind::blocking) {
        executor = LoopExecutor{loop_->context(), block};
        BlockingJob::lease = block;
        begin_running(routes);
        if (services_->executor->submit(*this, *generation_->share)) return false;
        response_ = busy();
        return not_running();
    }
    if (!generation_->home || generation_->home == loop_) return run_here(block, routes);
    executor = LoopExecutor{generation_->home->context(), block};
    begin_running(routes);
    deliver_to(*generation_->home, *this,
               [](LoopMessage& message) noexcept { static_cast<Message&>(message).exchange->run_at_home(); });
    return false;
}

bool Exchange::run_here(detail::LeaseBlock* block, const std::shared_ptr<const PublishedRoutes>& routes) {
    if (handler_->kind == HandlerKind::inline_) {
        // The loop's hold on its routes keeps the plugin mapped until this returns.
        const detail::HandlerScope scope{block};
        call_plain();
        if (filtering_) return true;
        if (!produces_body()) {
            let_values_go();
            return true;
        }
        executor = LoopExecutor{loop_->context(), block};
    } else {
        executor = LoopExecutor{loop_->context(), block};
        if (!start_task()) {
            begin_running(routes);
            return false;
        }
        if (filtering_) return true;
        if (!produces_body()) {
            let_values_go();
            executor = {};
            return posts_.none() || ends_later(routes);
        }
    }
    begin_running(routes);
    if (begin_stream()) return false;
    not_running();
    return filtering_ || posts_.none() || ends_later(routes);
}

// A function is still on its way with our address, so the owner must not have the exchange back yet.
bool Exchange::ends_later(const std::shared_ptr<const PublishedRoutes>& routes) {
    running_ = true;
    routes_ = routes;
    boost::asio::post(loop_->context(), [this] { ended(); });
    return false;
}

// It has been answered before anything was left running.
bool Exchange::not_running() noexcept {
    end_running();
    executor = {};
    if (filtering_) return true;
    running_ = false;
    routes_.reset();
    return true;
}

void Exchange::call_plain() {
    request_.emplace(parser_.request());
    guarded([this] { return handler_->plain(*request_); });
}

void Exchange::run_at_home() noexcept {
    if (handler_->kind == HandlerKind::inline_) {
        const detail::HandlerScope scope{executor.lease()};
        call_plain();
        handler_ended_away();
    } else if (start_task()) {
        handler_ended_away();
    }
}

void Exchange::handler_ended_away() noexcept {
    if (filtering_ || !produces_body() || !begin_stream()) ended_away();
}

// The Request object lives as long as the task: a coroutine keeps a reference to it.
bool Exchange::start_task() noexcept {
    const detail::HandlerScope scope{executor.lease()};
    request_.emplace(parser_.request());
    bool ended = true;
    try {
        task_ = handler_->async(*request_);
        ended = task_.start(*this);
    } catch (
        ...) {  // thrown before the coroutine's first line, by a parameter's copy or an ordinary function
        guarded([]() -> Response { throw; });
        task_ = {};
        return true;
    }
    if (ended) settle_task();
    return ended;
}

void Exchange::settle_task() noexcept {
    guarded([this]() -> Response&& { return task_.take(); });
    task_ = {};
}

void Exchange::task_finished() noexcept {
    if (producing_) return producer_finished();
    if (in_step_) return step_finished();
    settle_task();
    const bool away = &executor.context() != &loop_->context();
    if (away || (produces_body() && !filtering_)) return handler_ended_away();
    end_running();
    executor = {};
    ended();
}

void Exchange::ended_away() noexcept {
    end_running();
    executor = {};
    deliver_to(*loop_, *this, on_end_message);
}

void Exchange::on_end_message(LoopMessage& message) noexcept {
    static_cast<Message&>(message).exchange->ended();
}

// Counted only when a request outlasts its first step: one that ends at once is never in anybody's way. The
// lease that the executor holds keeps the counter alive.
void Exchange::begin_running(const std::shared_ptr<const PublishedRoutes>& routes) noexcept {
    if (filtering_) return;  // counted with its filters
    running_ = true;
    routes_ = routes;
    generation_->requests.fetch_add(1, std::memory_order_relaxed);
}

void Exchange::end_running() noexcept {
    if (filtering_) return;
    let_values_go();
    generation_->requests.fetch_sub(1, std::memory_order_relaxed);
}

void Exchange::ended() noexcept {
    if (filtering_) return resume_filters();
    running_ = false;
    // One is still on its way with our address: post_ran() goes on.
    if (posts_.wait()) return;
    const auto routes = std::move(routes_);  // whose filters see the answer, and which the access log names
    if (abandoned_) {
        delete this;
        return;
    }
    owner_->on_exchange_ended();
}

void Exchange::run() noexcept {
    if (producing_) return produce_blocking();
    call_plain();
    handler_ended_away();
}

void Exchange::drop(Drop reason) noexcept {
    if (producing_) drop_stream();
    response_ = reason == Drop::deadline_passed
                    ? problem(status::gateway_timeout, "No thread was free in time.")
                    : problem(status::service_unavailable);
    ended_away();
}

template <class Handler>
void Exchange::guarded(Handler handler) noexcept {
    try {
        response_ = handler();
    } catch (const HttpError& error) {
        auto own = own_answer();
        response_ = own ? *std::move(own) : problem(error);
    } catch (const std::exception& error) {
        auto own = own_answer();
        response_ = own ? *std::move(own) : failure(error.what());
    } catch (...) {
        auto own = own_answer();
        response_ = own ? *std::move(own) : failure("an exception that is no std::exception");
    }
    if (handler_->errors) apply_page();
}

void Exchange::deliver_to(LoopThread& loop, Exchange& exchange, LoopMessage::Handle handle) noexcept {
    exchange.message_.handle = handle;
    loop.deliver(exchange.message_);
}

void Exchange::open_body(std::unique_ptr<Buffer> head, const BodyFraming& framing) {
    input_ = std::move(head);
    incoming_.emplace(framing, [this] { want_body(); });
    parser_.request().body_feed = &*incoming_;
}

std::unique_ptr<Buffer> Exchange::close_body() noexcept {
    parser_.request().body_feed = nullptr;
    incoming_.reset();
    return std::move(input_);
}

// On the reader's thread.
void Exchange::want_body() {
    posts_.begin();
    boost::asio::post(loop_->context(), [this] {
        if (owner_) owner_->on_body_wanted();
        post_ran();
    });
}

// On the handler's thread. An inline handler's answer would be there first.
void Exchange::send_hints(FieldList fields) {
    if (kind_ == HandlerKind::inline_) return;
    std::string response = early_hints(fields);
    posts_.begin();
    boost::asio::post(loop_->context(), [this, response = std::move(response)] {
        if (owner_) owner_->on_early_hints(response);
        post_ran();
    });
}

// The last act of what was posted: the exchange may be gone right after.
void Exchange::post_ran() noexcept {
    if (posts_.end()) deliver_to(*loop_, *this, on_end_message);
}

}  // namespace patchbay
