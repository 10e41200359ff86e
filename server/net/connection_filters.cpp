// Where a connection's requests and answers meet the filters of their route.
#include "http/filters/filter.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <utility>

namespace patchbay {

// Once a request, as soon as its head is there: a body that nobody will read is not waited for. Once more by
// routes that took the place of the first while the body arrived.
bool Connection::answered_by_filter() {
    Exchange::Choice& choice = exchange_->choice;
    if (!choice.filters || std::exchange(choice.filtered, true)) return false;
    auto response = run_before(*choice.filters, exchange_->request(), *server_.services_.log);
    if (!response) return false;
    if (waiting_for_body_) last_answer_ = true;
    answer(*response);
    return true;
}

// An answer of the host's, through the filters that may wait. True when it is given.
bool Connection::pass_on(Response response) {
    const FilterChain* const filters = exchange_->choice.filters;
    if (!filters || filters->inner.empty()) {
        answer(response);
        return true;
    }
    state_ = State::running;
    const auto& routes = server_.routes_.get();
    const auto deadline = std::chrono::steady_clock::now() + routes->host_timeout;
    if (exchange_->run_answer(std::move(response), routes, *this, deadline)) {
        answer(exchange_->response());
        return true;
    }
    server_.wheel_.arm(*this, routes->host_timeout);
    return false;
}

// Those of an answer that no handler gives.
const FilterChain* Connection::filters_now() const {
    const bool chosen = exchange_ && exchange_->choice.routes_number == server_.routes_number_;
    const PublishedRoutes* const routes = server_.routes_.get().get();
    if (chosen) return exchange_->choice.filters;
    return routes ? routes->global_filters : nullptr;
}

// Only where the head is there is it known what the client would rather have. The body of a stream is dropped
// for HEAD, but not missing.
void Connection::show_error_page(Response& response) {
    const PublishedRoutes* const routes = server_.routes_.get().get();
    if (!routes || routes->error_pages.empty() || !exchange_ || !exchange_->parser().has_head()) return;
    if (&response == &exchange_->response() && exchange_->head_of_stream()) return;
    routes->error_pages.show(Request{exchange_->request()}, response);
}

bool Connection::filter(const FilterChain* filters, Response& response, BodyForm form) {
    if (response.status() >= http::status::bad_request) [[unlikely]]
        show_error_page(response);
    if (!filters) return true;
    Logger& log = *server_.services_.log;
    if (exchange_ && exchange_->parser().has_head())
        return run_after(*filters, exchange_->request(), response, !exchange_->choice.inner_filtered, form,
                         log);
    detail::RequestData unread;
    introduce(unread);
    return run_after(*filters, unread, response, true, form, log);
}

}  // namespace patchbay
