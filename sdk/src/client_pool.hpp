// The connections that one HttpClient has on one event loop: how many calls of each host may have one, who
// waits, and what is kept for the next call. Everything on the loop's thread; no lock. Private to
// libpatchbay.
#pragma once

#include "client_connection.hpp"
#include "loop_timer.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace patchbay::detail {

class ClientPool : public std::enable_shared_from_this<ClientPool> {
    struct Host;
    using Hosts = std::map<std::string, Host>;

public:
    ClientPool(asio::io_context& loop, const HttpClientOptions& options);

    asio::io_context& loop() const noexcept { return *loop_; }

    /// The right of one call to have one of its host's connections. Gives it on when it goes.
    class Place {
    public:
        Place(ClientPool& pool, Hosts::iterator host) noexcept : pool_{&pool}, host_{host} {}
        Place(Place&& other) noexcept : pool_{std::exchange(other.pool_, nullptr)}, host_{other.host_} {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (pool_) pool_->leave(host_);
        }

        /// A connection that an earlier call has left, or null.
        std::unique_ptr<ClientConnection> take_idle() { return pool_->take_idle(host_->second); }
        /// Keeps it for the next call.
        void keep(std::unique_ptr<ClientConnection> connection) {
            pool_->keep(host_->second, std::move(connection));
        }

    private:
        ClientPool* pool_;
        Hosts::iterator host_;
    };

    /// Waits for a place, in the order of the calls. Errors: HttpClientError, queue_full. Lifetime: the pool
    /// outlives the place.
    Task<Place> enter(std::string origin, const ClientMessage& message);

private:
    using Clock = std::chrono::steady_clock;

    struct Waiter {
        LoopTimer given;  // never fires: it is cancelled
        bool has_place = false;
    };
    struct Unlinked {
        std::deque<Waiter*>& waiting;
        Waiter& waiter;
        ~Unlinked() { std::erase(waiting, &waiter); }  // who has got a place isn't there any more
    };
    struct Idle {
        std::unique_ptr<ClientConnection> connection;
        Clock::time_point since;
    };
    // Of an origin. A call takes an idle connection if there is one, so both together are within the limit.
    struct Host {
        std::size_t calls = 0;
        std::deque<Waiter*> waiting;
        std::vector<Idle> idle;  // the longest idle first
    };

    Task<> wait_for_place(Host& host);
    void leave(Hosts::iterator host) noexcept;
    std::unique_ptr<ClientConnection> take_idle(Host& host);
    void keep(Host& host, std::unique_ptr<ClientConnection> connection);
    void close_expired();
    void close_expired_after(std::chrono::nanoseconds delay);
    void forget_if_unused(Hosts::iterator host) noexcept;

    asio::io_context* loop_;
    const HttpClientOptions options_;
    Hosts hosts_;
    std::size_t idle_ = 0;  // connections, of all hosts
    LoopTimer expiry_;
    bool expiry_set_ = false;
};

}  // namespace patchbay::detail
