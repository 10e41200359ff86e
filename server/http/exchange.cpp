#include "http/exchange.hpp"

#include "log/logger.hpp"

#include <patchbay/problem.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace patchbay {

using http::status;

Exchange::Exchange(LoopThread& loop, const ExchangeServices& services) : loop_{&loop}, services_{&services} {
    message_.exchange = this;
    finished = [](detail::TaskContext& context) noexcept { static_cast<Exchange&>(context).task_finished(); };
}

Exchange::~Exchange() = default;

bool Exchange::run(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes,
                   ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline) {
    handler_ = endpoint.handler;
    generation_ = endpoint.generation;
    owner_ = &owner;
    detail::LeaseBlock* block = generation_->leases[loop_->index()];
    TaskContext::deadline = deadline;
    cancelled = false;  // of the request that the exchange served before
    if (handler_->kind == HandlerKind::blocking) {
        executor = LoopExecutor{loop_->context(), block};
        BlockingJob::lease = block;
        BlockingJob::deadline = deadline;
        doomed = false;
        begin_running(routes);
        if (services_->executor->submit(*this, *generation_->share)) return false;
        end_running();
        running_ = false;
        executor = {};
        response_ = problem(status::service_unavailable, "The server is busy. Try again shortly.");
        response_.header("Retry-After", "1");
        return true;
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
        const detail::LeaseScope scope{block};
        call_plain();
        return true;
    }
    executor = LoopExecutor{loop_->context(), block};
    if (!start_task()) {
        begin_running(routes);
        return false;
    }
    executor = {};
    return true;
}

void Exchange::call_plain() {
    guarded([this] {
        Request request{parser_.request()};
        return handler_->plain(request);
    });
}

void Exchange::run_at_home() noexcept {
    if (handler_->kind == HandlerKind::inline_) {
        const detail::LeaseScope scope{executor.lease()};
        call_plain();
        ended_away();
    } else if (start_task()) {
        ended_away();
    }
}

// The Request object lives as long as the task: a coroutine keeps a reference to it.
bool Exchange::start_task() noexcept {
    const detail::LeaseScope scope{executor.lease()};
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
    guarded([this] { return task_.take(); });
    task_ = {};
}

void Exchange::task_finished() noexcept {
    settle_task();
    if (&executor.context() != &loop_->context()) return ended_away();
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
    running_ = true;
    routes_ = routes;
    generation_->requests.fetch_add(1, std::memory_order_relaxed);
}

void Exchange::end_running() noexcept { generation_->requests.fetch_sub(1, std::memory_order_relaxed); }

void Exchange::ended() noexcept {
    running_ = false;
    routes_.reset();
    if (stop_posts_.load(std::memory_order_acquire) > 0) {  // one is still on its way with our address
        boost::asio::post(loop_->context(), [this] { ended(); });
        return;
    }
    if (abandoned_) {
        delete this;
        return;
    }
    owner_->on_exchange_ended();
}

void Exchange::run() noexcept {
    call_plain();
    ended_away();
}

void Exchange::drop(Drop reason) noexcept {
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
        response_ = problem(error);
    } catch (const std::exception& error) {
        response_ = failure(error.what());
    } catch (...) {
        response_ = failure("an exception that is no std::exception");
    }
}

Response Exchange::failure(const char* what) {
    if (cancelled) return problem(status::service_unavailable, "The request was cancelled.");
    const std::string id = Request{parser_.request()}.id();
    services_->log->write(LogLevel::error, generation_->info->plugin,
                          "handler " + handler_->name + " failed: " + what + " · error id " + id);
    return problem(status::internal_server_error, "The server failed to handle this request.", id);
}

void Exchange::deliver_to(LoopThread& loop, Exchange& exchange, LoopMessage::Handle handle) noexcept {
    exchange.message_.handle = handle;
    loop.deliver(exchange.message_);
}

void Exchange::request_stop() {
    doomed = true;
    if (!running_ || handler_->kind != HandlerKind::async) return;
    LoopThread& task_loop = generation_->home ? *generation_->home : *loop_;
    stop_posts_.fetch_add(1, std::memory_order_relaxed);
    // Posted even on the same loop: what is cancelled may end at once, and its owner is in the middle of
    // something.
    boost::asio::post(task_loop.context(), [this] {
        if (task_) cancel();
        stop_posts_.fetch_sub(1, std::memory_order_release);
    });
}

void Exchange::abandon(std::unique_ptr<Exchange> exchange, std::unique_ptr<Buffer> input) {
    exchange->abandoned_ = true;
    exchange->owner_ = nullptr;
    exchange->input_ = std::move(input);
    exchange->request_stop();
    static_cast<void>(exchange.release());  // ended() deletes it
}

}  // namespace patchbay
