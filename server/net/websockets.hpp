// The WebSockets of one event loop. Owned by the loop's server; used on the loop's thread.
#pragma once

#include "net/websocket_handover.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace patchbay {

class WebSocketConnection;

class WebSockets {
public:
    explicit WebSockets(LoopServer& server) noexcept : server_{server} {}
    ~WebSockets();
    WebSockets(const WebSockets&) = delete;
    WebSockets& operator=(const WebSockets&) = delete;

    /// One more is on its way to adopt(). Any thread.
    void expect() noexcept { expected_.fetch_add(1, std::memory_order_relaxed); }
    /// A socket that has changed its protocol goes on here. Its handler may run in here.
    void adopt(std::unique_ptr<WebSocketHandover> handover);
    /// Sockets of generations that serve no more are handed over to those that do, where both will.
    void routes_changed();
    /// Tells every client that the server goes away.
    void drain();
    /// Tells the clients of one generation, spread over a second, to connect anew; or (null) closes all
    /// sockets and asks their handlers to stop.
    void stop(const ServedGeneration* only);
    /// Closes every socket at once; false when a handler was still running for one.
    bool close_all();
    /// None is here, nor on its way.
    bool empty() const noexcept { return count_ == 0 && expected_.load(std::memory_order_relaxed) == 0; }

    // For the connections.
    void remove(WebSocketConnection& connection);
    /// Calls flush() later, once for all that asked.
    void flush_later(WebSocketConnection& connection);
    /// Space to write to, of which the loop keeps some.
    std::string take_output() noexcept { return std::move(spare_output_); }
    void give_output(std::string output) noexcept;

private:
    template <class Function>
    void for_each(Function function);
    void flush_all();
    void post_flush();
    void ask_some();
    void post_ask();

    LoopServer& server_;
    WebSocketConnection* first_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<std::size_t> expected_{0};
    std::vector<WebSocketConnection*> to_flush_;  // null where it has gone since
    WebSocketConnection* to_ask_ = nullptr;       // whether it is to be handed over, and all that follow
    bool asking_ = false;                         // ask_some() is on its way
    std::string spare_output_;
};

}  // namespace patchbay
