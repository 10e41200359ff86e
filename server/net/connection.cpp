#include "net/connection.hpp"

#include "http/path.hpp"
#include "http/redirects.hpp"
#include "http/response_writer.hpp"
#include "net/body_timer.hpp"
#include "net/loop_server.hpp"
#include "net/socket_io.hpp"

#include <patchbay/problem.hpp>

#include <cerrno>
#include <ctime>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace patchbay {

using http::status;
using http::verb;

namespace {

constexpr std::size_t smallest_read = 1024;
constexpr std::size_t body_read = 64 * 1024;    // of a body that its handler reads
constexpr std::size_t most_output = 64 * 1024;  // of pipelined answers, before they are sent
constexpr std::size_t most_held_answers = 16;   // of a connection, while others of its group work

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

Connection::Connection(LoopServer& server, const ServedListener& listener, int socket,
                       const boost::asio::ip::tcp::endpoint& peer, bool proxy_protocol)
    : server_{server},
      listener_{listener},
      socket_{socket},
      proxy_header_due_{proxy_protocol},
      watched_{EPOLLIN},
      peer_{peer} {
    server_.wheel_.arm(*this, listener_.options.header_timeout);
}

Connection::~Connection() = default;

void Connection::on_events(std::uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return close_now();
    if (events & EPOLLOUT) {
        resume_sending();
        // Of a body that its handler reads while it answers neither direction keeps the other waiting.
        if (retired() || !receiving_ || !(events & EPOLLIN)) return;
    }
    if (state_ == State::lingering) return discard_input();
    read();
}

void Connection::read() {
    if (!input_) input_ = server_.buffers_.take();
    if (state_ == State::running && !receiving_) {
        // The handler's views point into the buffer, so it must not move.
        if (input_->space_size() == 0) return watch(0);
    } else {
        make_room();
    }
    const ssize_t received = receive_bytes(socket_, input_->space(), input_->space_size());
    if (received < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close_now();
        return;
    }
    if (received == 0) {
        peer_finished_ = true;
        if (state_ != State::running) return close_now();
        on_half_close();
        if (receiving_) end_body_early(status::bad_request, "The body ended before its end.");
        return;
    }
    input_->commit(static_cast<std::size_t>(received));
    (receiving_ ? body_timer_->window_bytes : window_bytes_) += static_cast<std::size_t>(received);
    if (receiving_) return receive_body();
    if (proxy_header_due_ && !take_proxy_header()) return;
    if (state_ == State::running) return;
    if (brief_) return work();  // it must have its answer before its listener goes on
    server_.poller_.work_later(*this);
}

void Connection::make_room() {
    if (receiving_) {
        input_->make_space(body_read);
        return;
    }
    if (input_->space_size() >= smallest_read) return;
    const std::ptrdiff_t moved = input_->make_space(Buffer::usual_capacity / 2);
    if (exchange_) exchange_->parser().rebase(moved);
}

void Connection::work() {
    const LoopServer::OutputTurn turn{server_};
    serve_requests();
}

// Small answers of a connection that has nothing else to do are sent together with those of others. Nobody
// else may have something to send on it meanwhile.
void Connection::on_received() {
    const LoopServer::OutputTurn turn{server_};
    answer_requests(most_held_answers);
    const std::string& out = server_.out_;
    if (state_ == State::running || backlog_ || out.empty() || out.size() >= large_answer)
        return send_answers();
    answers_ = server_.outputs_.take();
    answers_->assign(out);
    if (state_ == State::idle && input_->empty()) give_spares_back();
    server_.poller_.send_later(*this);
}

void Connection::on_send() {
    std::unique_ptr<std::string> answers = std::move(answers_);
    if (!flush(*answers)) return;
    server_.outputs_.give(std::move(answers));
    if (next_may_begin()) return server_.poller_.work_later(*this);
    after_flush();
}

void Connection::serve_requests() {
    answer_requests();
    send_answers();
}

// Pipelined requests are answered together, up to a file or to so much output that its client must take some.
void Connection::answer_requests(std::size_t most) {
    bool answered = true;
    for (; answered && most > 0 && may_begin_request() && server_.out_.size() < most_output; --most)
        answered = begin_request();
}

void Connection::send_answers() {
    while (flush()) {
        if (!next_may_begin()) return after_flush();
        answer_requests();
    }
}

bool Connection::may_begin_request() const noexcept {
    return !last_answer_ && state_ != State::running && !backlog_ && input_ && !input_->empty();
}

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

void Connection::stop_handler(const ServedGeneration* only) {
    if (state_ == State::running && (!only || exchange_->runs_in(*only))) exchange_->request_stop();
}

// For room where something is to be sent, and for bytes where some may come.
void Connection::watch_anew() {
    const bool to_send = backlog_ && !awaits_coding_turn_;
    const bool may_come = receiving_ ? !exchange_->incoming()->full() : !backlog_ && !peer_finished_;
    watch((to_send ? std::uint32_t{EPOLLOUT} : 0u) | (may_come ? std::uint32_t{EPOLLIN} : 0u));
}

void Connection::watch(std::uint32_t events) {
    if (watched_ == events) return;
    watched_ = static_cast<std::uint8_t>(events);
    server_.poller_.modify(socket_, events, *this);
}

}  // namespace patchbay
