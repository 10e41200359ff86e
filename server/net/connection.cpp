#include "net/connection.hpp"

#include "http/path.hpp"
#include "http/response_writer.hpp"
#include "net/loop_server.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace patchbay {

using http::status;
using http::verb;

namespace {

constexpr std::chrono::milliseconds linger_time{2'000};
constexpr std::size_t smallest_read = 1024;
constexpr std::size_t kept_output = 256 * 1024;  // a larger output buffer is freed after its answer

Response method_not_allowed(const Exchange& exchange, verb method) {
    MethodSet allowed = exchange.choice.match.allowed;
    allowed.insert(verb::options);
    if (method == verb::options) return Response{status::no_content}.header("Allow", allowed.to_string());
    return problem(status::method_not_allowed).header("Allow", allowed.to_string());
}

}  // namespace

// One connection at a time writes to the server's output. A handler may end inside another connection's
// handler, which it wakes: then that connection gets an empty output for the moment.
class Connection::OutputTurn {
public:
    explicit OutputTurn(LoopServer& server) : server_{server}, nested_{std::exchange(server.working_, true)} {
        if (nested_) others_.swap(server_.out_);
    }
    ~OutputTurn() {
        if (nested_) others_.swap(server_.out_);
        server_.working_ = nested_;
    }
    OutputTurn(const OutputTurn&) = delete;
    OutputTurn& operator=(const OutputTurn&) = delete;

private:
    LoopServer& server_;
    std::string others_;
    bool nested_;
};

Connection::Connection(LoopServer& server, int socket, const boost::asio::ip::tcp::endpoint& peer)
    : server_{server}, socket_{socket}, watched_{EPOLLIN}, peer_{peer} {
    server_.wheel_.arm(*this, server_.options_.header_timeout);
}

Connection::~Connection() = default;

void Connection::on_events(std::uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return close_now();
    if (events & EPOLLOUT) return send_unsent();
    if (state_ == State::lingering) return discard_input();
    read();
}

void Connection::read() {
    if (!input_) input_ = server_.buffers_.take();
    if (state_ == State::running) {
        // The handler's views point into the buffer, so it must not move.
        if (input_->space_size() == 0) return watch(0);
    } else {
        make_room();
    }
    const ssize_t received = ::recv(socket_, input_->space(), input_->space_size(), 0);
    if (received < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close_now();
        return;
    }
    if (received == 0) {
        // A client may finish sending and still wait for its answers (RFC 9112 §9.6).
        peer_finished_ = true;
        if (state_ != State::running) return close_now();
        return watch(0);
    }
    input_->commit(static_cast<std::size_t>(received));
    window_bytes_ += static_cast<std::size_t>(received);
    if (state_ != State::running) work();
}

void Connection::make_room() {
    if (input_->space_size() >= smallest_read) return;
    const std::ptrdiff_t moved = input_->make_space(Buffer::usual_capacity / 2);
    if (exchange_) exchange_->parser().rebase(moved);
}

void Connection::work() {
    const OutputTurn turn{server_};
    serve_requests();
}

void Connection::serve_requests() {
    while (!last_answer_ && state_ != State::running && unsent_.empty() && input_ && !input_->empty()) {
        if (!begin_request()) break;
    }
    flush();
}

// True when the request has been answered and the next one may follow.
bool Connection::begin_request() {
    if (!exchange_) exchange_ = server_.exchanges_.take(server_.loop_, server_.services_);
    RequestParser& parser = exchange_->parser();
    if (state_ == State::idle) {
        parser.reset(server_.options_.head);
        state_ = State::reading;
        waiting_for_body_ = false;
        server_.wheel_.arm(*this, server_.options_.header_timeout);
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
                break;
            case RequestParser::Step::complete:
                if ((exchange_->choice.routes_number != server_.routes_number_ || parser.views_moved()) &&
                    !choose_handler()) {
                    return false;
                }
                return run_handler();
        }
    }
}

bool Connection::wait_for_more() {
    const RequestParser& parser = exchange_->parser();
    if (!parser.has_head() || waiting_for_body_) return false;
    waiting_for_body_ = true;
    window_bytes_ = 0;
    server_.wheel_.arm(*this, server_.options_.body_timeout);
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
    const auto target = parse_target(request.method, request.target, exchange_->path_scratch);
    if (!target) {
        refuse(status::bad_request, to_string(target.error()));
        return false;
    }
    request.path = target->path;
    request.query = target->query;
    Exchange::Choice& choice = exchange_->choice;
    const PublishedRoutes* routes = server_.routes_.get().get();
    choice.routes_number = server_.routes_number_;
    choice.endpoint = nullptr;
    choice.match = routes->router.match(request.method, request.path, request.path_params);
    if (choice.match.status == RouteStatus::found)
        choice.endpoint = &routes->endpoints[choice.match.endpoint];
    if (exchange_->parser().body_limit(choice.endpoint ? choice.endpoint->max_body
                                                       : server_.options_.max_body))
        return true;
    refuse(RequestFault::body_too_large);
    return false;
}

bool Connection::run_handler() {
    detail::RequestData& request = exchange_->request();
    request.peer = peer_;
    request.id = server_.next_request_id_++;
    const Exchange::Choice& choice = exchange_->choice;
    if (choice.endpoint) {
        state_ = State::running;
        const auto timeout = choice.endpoint->timeout;
        if (exchange_->run(*choice.endpoint, server_.routes_.get(), *this, server_.wheel_.now() + timeout)) {
            answer(exchange_->response());
            return true;
        }
        server_.wheel_.arm(*this, timeout);
        return false;
    }
    if (request.method == verb::unknown) {
        answer(problem(status::not_implemented));
    } else if (request.target == "*") {
        answer(Response{status::no_content});
    } else if (choice.match.status == RouteStatus::method_not_allowed) {
        answer(method_not_allowed(*exchange_, request.method));
    } else {
        answer(problem(status::not_found));
    }
    return true;
}

void Connection::answer(const Response& response) {
    const RequestParser& parser = exchange_->parser();
    if (!parser.keep_alive() || server_.draining_) last_answer_ = true;
    const detail::RequestData& request = exchange_->request();
    append_response(server_.out_, response,
                    {.head_only = request.method == verb::head,
                     .keep_alive = !last_answer_,
                     .http_1_0 = request.version < 11},
                    server_.date_);
    input_->consume(parser.size());
    state_ = State::idle;
}

void Connection::answer_and_end(const Response& response) {
    last_answer_ = true;
    const bool head_only =
        exchange_ && exchange_->parser().has_head() && exchange_->request().method == verb::head;
    append_response(server_.out_, response, {.head_only = head_only, .keep_alive = false, .http_1_0 = false},
                    server_.date_);
}

void Connection::refuse(RequestFault fault) {
    const RequestRule& rule = request_rule(fault);
    refuse(rule.status, rule.detail);
}

void Connection::refuse(status status, std::string_view detail) {
    answer_and_end(problem(status, detail));
    state_ = State::idle;
}

void Connection::on_exchange_ended() {
    const OutputTurn turn{server_};
    answer(exchange_->response());
    watch(unsent_.empty() ? std::uint32_t{EPOLLIN} : std::uint32_t{EPOLLOUT});
    serve_requests();
}

void Connection::flush() {
    std::string& out = server_.out_;
    if (out.empty()) return after_flush();
    if (unsent_.empty()) {
        const ssize_t sent = ::send(socket_, out.data(), out.size(), MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(out.size())) {
            out.clear();
            if (out.capacity() > kept_output) out = {};
            return after_flush();
        }
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            out.clear();
            return close_now();
        }
        out.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    unsent_.append(out);
    out.clear();
    watch(EPOLLOUT);
    window_bytes_ = 0;
    if (state_ != State::running) server_.wheel_.arm(*this, server_.options_.write_timeout);
}

void Connection::send_unsent() {
    const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close_now();
        return;
    }
    window_bytes_ += static_cast<std::size_t>(sent);
    if (static_cast<std::size_t>(sent) < unsent_.size()) {
        unsent_.erase(0, static_cast<std::size_t>(sent));
        return;
    }
    unsent_ = {};
    watch(peer_finished_ ? 0u : std::uint32_t{EPOLLIN});
    if (state_ == State::running) return;
    work();
}

void Connection::after_flush() {
    if (!unsent_.empty() || state_ == State::running) return;
    if (last_answer_ || (server_.draining_ && state_ == State::idle)) return linger();
    if (peer_finished_) return close_now();
    if (state_ != State::idle) return;
    if (input_ && input_->has_usual_capacity()) server_.buffers_.give(std::move(input_));
    input_.reset();
    if (exchange_) {
        exchange_->forget();
        server_.exchanges_.give(std::move(exchange_));
    }
    server_.wheel_.arm(*this, server_.options_.idle_timeout);
}

void Connection::linger() {
    state_ = State::lingering;
    if (peer_finished_) return close_now();
    ::shutdown(socket_, SHUT_WR);
    watch(EPOLLIN);
    server_.wheel_.arm(*this, linger_time);
}

void Connection::discard_input() {
    char dropped[16 * 1024];
    const ssize_t received = ::recv(socket_, dropped, sizeof dropped, 0);
    if (received == 0 || (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        close_now();
}

// True while what the client sends or takes is worth waiting for; then the next window has begun.
bool Connection::goes_on() {
    const bool writing = !unsent_.empty();
    if (state_ == State::lingering || (!writing && !(state_ == State::reading && waiting_for_body_)))
        return false;
    const auto window = writing ? server_.options_.write_timeout : server_.options_.body_timeout;
    const auto needed = server_.options_.min_rate * static_cast<std::size_t>(window.count()) / 1000;
    if (window_bytes_ < std::max<std::size_t>(needed, 1)) return false;
    window_bytes_ = 0;
    server_.wheel_.arm(*this, window);
    return true;
}

void Connection::on_timeout() {
    if (goes_on()) return;
    if (state_ == State::lingering || state_ == State::idle || !unsent_.empty()) return close_now();
    const OutputTurn turn{server_};
    if (state_ == State::running) {
        const bool head_only = exchange_->request().method == verb::head;
        Exchange::abandon(std::move(exchange_), std::move(input_));
        last_answer_ = true;
        append_response(server_.out_, problem(status::gateway_timeout, "The handler did not answer in time."),
                        {.head_only = head_only, .keep_alive = false, .http_1_0 = false}, server_.date_);
    } else {
        answer_and_end(problem(status::request_timeout, "The request did not arrive in time."));
    }
    state_ = State::idle;
    flush();
}

void Connection::close_after_answer() {
    if (state_ == State::idle && unsent_.empty()) close_now();
}

void Connection::stop_handler(const ServedGeneration* only) {
    if (state_ == State::running && (!only || exchange_->generation() == only)) exchange_->request_stop();
}

void Connection::close_now() {
    if (retired()) return;
    if (state_ == State::running) {
        Exchange::abandon(std::move(exchange_), std::move(input_));
    } else {
        if (exchange_) server_.exchanges_.give(std::move(exchange_));
        if (input_ && input_->has_usual_capacity()) {
            input_->clear();
            server_.buffers_.give(std::move(input_));
        }
    }
    TimerWheel::disarm(*this);
    server_.poller_.remove(socket_);
    ::close(socket_);
    server_.remove(*this);
}

void Connection::watch(std::uint32_t events) {
    if (watched_ == events) return;
    watched_ = events;
    server_.poller_.modify(socket_, events, *this);
}

}  // namespace patchbay
