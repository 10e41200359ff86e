// How a WebSocket goes over to a new generation of its handler's plugin: its handler is asked, ends, and the
// new one begins in another turn of the loop. Between the two the session of the first stands for the socket,
// and what comes in waits.
#include "net/loop_server.hpp"
#include "net/websocket_connection.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace patchbay {
namespace {

bool adopts(const Endpoint& endpoint, const detail::WebSocketSession& session) noexcept {
    const auto& handler = *endpoint.handler;
    if (!handler.websocket || !handler.websocket->options.adopt) return false;
    if (endpoint.label->plugin != session.plugin() || endpoint.label->handler != session.handler())
        return false;
    const auto& spoken = handler.websocket->options.subprotocols;
    return session.subprotocol().empty() || std::ranges::find(spoken, session.subprotocol()) != spoken.end();
}

}  // namespace

// What the present routes have for the socket. Filters of plugins would not have seen its request, and what
// those before have attached to it belongs to their generations: with them, it stays.
const Endpoint* WebSocketConnection::successor(PathParams& params) const noexcept {
    const PublishedRoutes& routes = *server_.routes_.get();
    const detail::RequestData& request = session_->request();
    const RouteMatch match = routes.match(request.method, request.path, request, params);
    if (match.status != RouteStatus::found) return nullptr;
    const Endpoint& endpoint = routes.endpoints[match.endpoint];
    const bool filtered = exchange_ || (endpoint.filters && !endpoint.filters->inner.empty());
    const LoopThread* const home = endpoint.generation->home;
    if (filtered || (home && home != &server_.loop_) || !adopts(endpoint, *session_)) return nullptr;
    return &endpoint;
}

void WebSocketConnection::ask_to_hand_over() {
    if (state_ != State::open || server_.draining_ || !session_ || !session_->may_hand_over()) return;
    const auto& serving = server_.routes_.get()->generations;
    if (std::ranges::find(serving, generation_, [](const auto& held) { return held.get(); }) != serving.end())
        return;
    PathParams params;
    if (successor(params)) session_->ask_to_hand_over();
}

// The generation may end before the socket goes on.
void WebSocketConnection::handed_over() noexcept {
    leave_generation();
    stopping_ = false;
    if (std::exchange(farewell_due_, std::nullopt)) arm();
    boost::asio::post(server_.loop_.context(), [this] { change_handler(); });
    held_ = false;
    if (!pending_) pending_ = parse();
    read_on();
}

// Of the routes as they are by now, which may be others than those it was asked for.
void WebSocketConnection::change_handler() {
    PathParams params;
    const Endpoint* const endpoint = state_ == State::open ? successor(params) : nullptr;
    if (endpoint) return begin_handler(*endpoint, params);
    say_farewell(CloseCode::service_restart, "The server restarts.");
    session_.reset();
    remove_if_done();
}

void WebSocketConnection::begin_handler(const Endpoint& endpoint, const PathParams& params) {
    detail::RequestData request = session_->request();
    request.path_params = params;
    request.route_names = server_.routes_.get()->names.get();
    const LoopExecutor executor{server_.loop_.context(), endpoint.generation->leases[server_.loop_.index()]};
    const auto session = std::make_shared<detail::WebSocketSession>(request, *endpoint.handler, executor);
    const auto before = std::exchange(session_, session);
    generation_ = endpoint.generation;
    generation_->websockets.fetch_add(1, std::memory_order_relaxed);
    const auto ping_interval = terms_.ping_interval;
    terms_.take(endpoint.handler->websocket->options);
    reader_.limits(terms_.limits());
    if (terms_.ping_interval != ping_interval) arm();
    session->adopt(*before);  // the handler may end in there
    take_input();
}

}  // namespace patchbay
