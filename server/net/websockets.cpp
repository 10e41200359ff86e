#include "net/websockets.hpp"

#include "net/loop_server.hpp"
#include "net/websocket_connection.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace patchbay {
namespace {

constexpr std::size_t kept_output = 64 * 1024;
constexpr std::chrono::milliseconds spread{1'000};
constexpr std::size_t asked_at_once = 64;  // before the loop turns to others

}  // namespace

WebSockets::~WebSockets() {
    // The loop has ended: what is left here serves nobody any more.
    while (WebSocketConnection* connection = first_) {
        first_ = connection->following;
        delete connection;
    }
}

void WebSockets::adopt(std::unique_ptr<WebSocketHandover> handover) {
    const bool outdated =
        handover->session->running() && handover->generation->stopping.load(std::memory_order_relaxed);
    auto connection = std::make_unique<WebSocketConnection>(server_, *handover);
    connection->following = first_;
    if (first_) first_->previous = connection.get();
    first_ = connection.release();
    ++count_;
    expected_.fetch_sub(1, std::memory_order_relaxed);
    WebSocketConnection& adopted = *first_;
    adopted.begin(*handover);
    if (server_.draining_) {
        adopted.shut_down();
    } else if (outdated) {
        adopted.close_later(CloseCode::service_restart, {});
    } else {
        adopted.ask_to_hand_over();  // the routes may have changed on its way
    }
}

void WebSockets::remove(WebSocketConnection& connection) {
    (connection.previous ? connection.previous->following : first_) = connection.following;
    if (connection.following) connection.following->previous = connection.previous;
    --count_;
    if (to_ask_ == &connection) to_ask_ = connection.following;
    if (connection.awaits_flush)
        std::ranges::replace(to_flush_, &connection, static_cast<WebSocketConnection*>(nullptr));
    server_.poller_.retire(std::unique_ptr<EventSource>{&connection});
    server_.tell_if_idle();
}

// One that goes on may end others.
template <class Function>
void WebSockets::for_each(Function function) {
    std::vector<WebSocketConnection*> all;
    all.reserve(count_);
    for (WebSocketConnection* connection = first_; connection; connection = connection->following)
        all.push_back(connection);
    for (WebSocketConnection* connection : all)
        if (!connection->retired()) function(*connection);
}

void WebSockets::routes_changed() {
    to_ask_ = first_;
    if (!to_ask_ || asking_) return;
    post_ask();
    asking_ = true;
}

// One that goes on may end others, which remove() allows for.
void WebSockets::ask_some() {
    for (std::size_t i = 0; i < asked_at_once && to_ask_; ++i)
        std::exchange(to_ask_, to_ask_->following)->ask_to_hand_over();
    asking_ = false;
    if (!to_ask_) return;
    post_ask();
    asking_ = true;
}

void WebSockets::post_ask() {
    boost::asio::post(server_.loop_.context(), [this] { ask_some(); });
}

void WebSockets::drain() {
    for_each([](WebSocketConnection& connection) { connection.shut_down(); });
}

void WebSockets::stop(const ServedGeneration* only) {
    if (!only) return for_each([](WebSocketConnection& connection) { connection.close_now(); });
    std::vector<WebSocketConnection*> chosen;
    for (WebSocketConnection* connection = first_; connection; connection = connection->following)
        if (connection->generation() == only) chosen.push_back(connection);
    for (std::size_t i = 0; i < chosen.size(); ++i)
        chosen[i]->close_later(CloseCode::service_restart,
                               spread * static_cast<long>(i) / static_cast<long>(chosen.size()));
}

bool WebSockets::close_all() {
    bool none_running = true;
    for_each([&none_running](WebSocketConnection& connection) {
        connection.close_now();
        none_running = none_running && connection.retired();
    });
    return none_running;
}

void WebSockets::flush_later(WebSocketConnection& connection) {
    if (std::exchange(connection.awaits_flush, true)) return;
    to_flush_.push_back(&connection);
    if (to_flush_.size() == 1) post_flush();
}

// Who asks again has another turn, and so have those behind one for whom there is no memory.
void WebSockets::flush_all() {
    struct Turn {
        WebSockets& sockets;
        std::size_t done = 0;
        ~Turn() {
            auto& waiting = sockets.to_flush_;
            waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(done));
            if (!waiting.empty()) sockets.post_flush();
        }
    } turn{*this};
    for (const std::size_t count = to_flush_.size(); turn.done < count;) {
        WebSocketConnection* const connection = to_flush_[turn.done++];
        if (!connection) continue;
        connection->awaits_flush = false;
        connection->flush();
    }
}

void WebSockets::post_flush() {
    boost::asio::post(server_.loop_.context(), [this] { flush_all(); });
}

void WebSockets::give_output(std::string output) noexcept {
    if (output.capacity() > kept_output || output.capacity() <= spare_output_.capacity()) return;
    output.clear();
    spare_output_ = std::move(output);
}

}  // namespace patchbay
