// How a connection leaves HTTP for a WebSocket.
#include "net/connection.hpp"
#include "net/loop_server.hpp"
#include "net/websocket_upgrade.hpp"

#include <patchbay/detail/websocket_session.hpp>
#include <patchbay/problem.hpp>

#include <utility>

namespace patchbay {

using http::status;

// The answer to what is no handshake; nothing when the handler may accept it.
std::optional<Response> Connection::refuse_upgrade() {
    const Request request{exchange_->request()};
    const Endpoint& endpoint = *exchange_->choice.endpoint;
    const WebSocketOptions& options = endpoint.handler->websocket->options;
    const websocket::Handshake handshake = websocket_handshake(request, options);
    if (auto refusal = websocket_refusal(request, options, handshake)) return refusal;
    handover_ = std::make_unique<WebSocketHandover>();
    handover_->generation = endpoint.generation;
    handover_->loop = endpoint.generation->home ? endpoint.generation->home : &server_.loop_;
    handover_->terms.take(options);
    if (handshake.deflate) handover_->terms.deflate = handshake.deflate->parameters;
    handover_->subprotocol = handshake.subprotocol;
    handover_->handshake = handshake_lines(handshake);
    return std::nullopt;
}

// Nothing long begins on a connection that is about to end.
bool Connection::may_upgrade() const noexcept {
    return !server_.draining_ && !brief_ && !exchange_->asked_to_stop();
}

void Connection::on_exchange_upgrade() {
    const LoopServer::OutputTurn turn{server_};
    if (!may_upgrade()) return exchange_->decline_upgrade(problem(status::service_unavailable));
    answer(exchange_->response());
}

// The bytes behind the handshake go along with the socket, and so do answers that are not sent yet.
void Connection::upgrade(Response& response) {
    if (response.status() != status::switching_protocols) {  // a filter's answer
        response.drop_source();
        answer_from_memory(response);
        return finish_request();
    }
    append_upgrade(server_.out_, response, handover_->handshake, server_.date_);
    if (server_.access_) report_later(response.status());
    handover_->session = response.websocket()->take();
    handover_->output = std::exchange(server_.out_, {});
    handover_->record = std::move(access_record_);
    leave();
}

void Connection::leave() {
    state_ = State::idle;
    last_answer_ = true;
    TimerWheel::disarm(*this);
    auto handover = std::move(handover_);
    server_.poller_.remove(socket_);
    handover->socket = Descriptor{std::exchange(socket_, -1)};
    handover->listener = listener_.number;
    handover->address_counts = std::exchange(address_counts_, nullptr);
    handover->address = peer_.address();
    input_->consume(exchange_->parser().size());
    if (!input_->empty()) {
        handover->input = std::move(input_);
    } else if (input_->has_usual_capacity()) {
        server_.buffers_.give(std::move(input_));
    }
    if (exchange_->outlasts_upgrade()) {
        handover->exchange = Exchange::outlive_owner(std::move(exchange_));
    } else {
        give_exchange_back();
    }
    LoopThread& loop = *handover->loop;
    handover->server = &server_.server_of(loop);
    handover->server->expect_websocket();
    handover->handle = [](LoopMessage& message) noexcept {
        std::unique_ptr<WebSocketHandover> handed{static_cast<WebSocketHandover*>(&message)};
        LoopServer& server = *handed->server;
        server.adopt(std::move(handed));
    };
    server_.release(*this);
    loop.deliver(*handover.release());
}

}  // namespace patchbay
