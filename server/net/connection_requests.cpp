// How a connection takes a request in, and who answers it.
#include "http/path.hpp"
#include "http/redirects.hpp"
#include "http/response_writer.hpp"
#include "net/body_timer.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <patchbay/problem.hpp>

#include <ctime>
#include <utility>

namespace patchbay {

using http::status;
using http::verb;

namespace {

// Some milliseconds old, and cheaper than steady_clock::now(), whose clock it is.
std::chrono::steady_clock::time_point coarse_now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return std::chrono::steady_clock::time_point{std::chrono::seconds{time.tv_sec} +
                                                 std::chrono::nanoseconds{time.tv_nsec}};
}

Response method_not_allowed(const Exchange& exchange, verb method) {
    MethodSet allowed = exchange.choice.match.allowed;
    allowed.insert(verb::options);
    if (method == verb::options) return Response{status::no_content}.header("Allow", allowed.to_string());
    return problem(status::method_not_allowed).header("Allow", allowed.to_string());
}

std::optional<Response> redirect_of_slash(const PublishedRoutes& routes, const detail::RequestData& request) {
    return routes.redirect_slashes ? slash_redirect(routes, request) : std::nullopt;
}

}  // namespace

// True when the request has been answered and the next one may follow.
bool Connection::begin_request() {
    if (!exchange_) exchange_ = server_.exchanges_.take(server_.loop_, server_.services_);
    RequestParser& parser = exchange_->parser();
    if (state_ == State::idle) {
        parser.reset(listener_.options.head);
        exchange_->choice = {};
        introduce(exchange_->request());
        state_ = State::reading;
        delivering_ = false;
        held_by_socket_ = 0;
        waiting_for_body_ = false;
        if (!brief_) server_.wheel_.arm(*this, listener_.options.header_timeout);
        if (server_.access_) exchange_->began = std::chrono::steady_clock::now();
    }
    for (;;) {
        switch (parser.parse(*input_)) {
            case RequestParser::Step::need_more:
                return wait_for_more();
            case RequestParser::Step::refused:
                refuse(parser.fault());
                return false;
            case RequestParser::Step::head:
                if (!choose_handler()) return false;
                if (const Endpoint* endpoint = exchange_->choice.endpoint;
                    endpoint && endpoint->handler->streams_body) {
                    if (const auto framing = parser.body_framing(endpoint->max_body))
                        return stream_body(*framing);
                }
                break;
            case RequestParser::Step::complete:
                if (exchange_->choice.routes_number != server_.routes_number_) {
                    waiting_for_body_ = false;
                    if (!choose_handler()) return false;
                }
                return run_handler();
        }
    }
}

// Who asks, as filters and handlers are to see it.
void Connection::introduce(detail::RequestData& request) {
    request.peer = peer_;
    if (request.trusted_proxies != server_.trusted_proxies_)
        request.trusted_proxies = server_.trusted_proxies_;
    request.id = server_.next_request_id_++;
}

bool Connection::wait_for_more() {
    const RequestParser& parser = exchange_->parser();
    if (!parser.has_head() || waiting_for_body_) return false;
    waiting_for_body_ = true;
    window_bytes_ = 0;
    server_.wheel_.arm(*this, listener_.options.body_timeout);
    if (answered_by_filter()) return false;
    if (!exchange_->choice.endpoint) {
        // Nobody wants the body: answer now, and don't wait for it.
        last_answer_ = true;
        run_handler();
        return false;
    }
    if (parser.expects_continue()) server_.out_.append(continue_response);
    return false;
}

bool Connection::choose_handler() {
    detail::RequestData& request = exchange_->request();
    const PublishedRoutes* routes = server_.routes_.get().get();
    request.route_names = routes->names.get();
    const auto target = parse_target(request.method, request.target, exchange_->path_scratch);
    if (!target) {
        request.path = request.query = {};
        request.path_params = {};
        refuse(status::bad_request, to_string(target.error()));
        return false;
    }
    request.path = target->path;
    request.query = target->query;
    if (target->form == TargetForm::absolute) exchange_->parser().host(target->authority);
    Exchange::Choice& choice = exchange_->choice;
    // Those who let it pass were perhaps others: the filters that it is served with must all have seen it.
    if (choice.routes_number != server_.routes_number_) choice.filtered = false;
    choice.routes_number = server_.routes_number_;
    choice.endpoint = nullptr;
    PathParams& params = exchange_->parser().path_params();
    choice.match = routes->match(request.method, request.path, request, params);
    request.path_params = {params.begin(), params.size()};
    if (choice.match.status == RouteStatus::found)
        choice.endpoint = &routes->endpoints[choice.match.endpoint];
    choice.filters = routes->filters_of(choice.endpoint, request);
    if (exchange_->parser().body_limit(choice.endpoint ? choice.endpoint->max_body
                                                       : server_.options_.max_body))
        return true;
    refuse(RequestFault::body_too_large);
    return false;
}

bool Connection::run_handler() {
    detail::RequestData& request = exchange_->request();
    request.unread = request.body;
    if (answered_by_filter()) return true;
    const Exchange::Choice& choice = exchange_->choice;
    if (choice.endpoint && choice.endpoint->handler->websocket) {
        if (auto refusal = refuse_upgrade()) return pass_on(*std::move(refusal));
    }
    if (choice.endpoint) {
        state_ = State::running;
        const auto timeout = choice.endpoint->timeout;
        // While a body arrives its end depends on the client.
        const auto deadline =
            receiving_ ? std::chrono::steady_clock::time_point::max() : coarse_now() + timeout;
        if (exchange_->run(*choice.endpoint, server_.routes_.get(), *this, deadline)) {
            answer(exchange_->response());
            return true;
        }
        server_.wheel_.arm(*this, timeout);
        return false;
    }
    return pass_on(host_answer());
}

// To what no handler answers.
Response Connection::host_answer() const {
    const detail::RequestData& request = exchange_->request();
    if (request.method == verb::unknown) return problem(status::not_implemented);
    if (request.target == "*") return Response{status::no_content};
    if (exchange_->choice.match.status == RouteStatus::method_not_allowed)
        return method_not_allowed(*exchange_, request.method);
    if (auto moved = redirect_of_slash(*server_.routes_.get(), request)) return *std::move(moved);
    return problem(status::not_found);
}

// The bytes of the request are done with.
void Connection::finish_request() {
    if (std::unique_ptr<Buffer> head = exchange_->close_body()) {
        receiving_ = false;
        body_timer_.reset();
        head->clear();
        if (head->has_usual_capacity()) server_.buffers_.give(std::move(head));
    } else {
        input_->consume(exchange_->parser().size());
    }
    state_ = State::idle;
}

void Connection::refuse(RequestFault fault) {
    const RequestRule& rule = request_rule(fault);
    refuse(rule.status, rule.detail);
}

void Connection::refuse(status status, std::string_view detail) {
    answer_and_end(problem(status, detail));
    state_ = State::idle;
}

}  // namespace patchbay
