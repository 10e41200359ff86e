#include "client_pool.hpp"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>

namespace patchbay::detail {

ClientPool::ClientPool(asio::io_context& loop, const HttpClientOptions& options)
    : loop_{&loop}, options_{options}, expiry_{loop} {}

Task<ClientPool::Place> ClientPool::enter(std::string origin, const ClientMessage& message) {
    const auto host = hosts_.try_emplace(std::move(origin)).first;
    Host& entry = host->second;
    if (entry.calls < options_.max_connections_per_host) {
        ++entry.calls;
        co_return Place{*this, host};
    }
    if (entry.waiting.size() >= options_.max_waiting_per_host) {
        throw message.error(HttpClientError::Kind::queue_full,
                            std::to_string(entry.waiting.size()) + " calls wait for a connection already");
    }
    co_await wait_for_place(entry);
    co_return Place{*this, host};
}

Task<> ClientPool::wait_for_place(Host& host) {
    Waiter waiter{LoopTimer{*loop_, LoopTimer::time_point::max()}};
    host.waiting.push_back(&waiter);
    const Unlinked at_the_end{host.waiting, waiter};
    co_await waiter.given.async_wait(asio::as_tuple(use_task));  // may throw before it waits
    if (!waiter.has_place) throw boost::system::system_error{asio::error::operation_aborted};
}

// A place goes straight to who has waited longest, so that nobody who comes now is before it.
void ClientPool::leave(Hosts::iterator host) noexcept {
    Host& entry = host->second;
    if (entry.waiting.empty()) {
        --entry.calls;
        return forget_if_unused(host);
    }
    Waiter& next = *entry.waiting.front();
    entry.waiting.pop_front();
    next.has_place = true;
    next.given.cancel();
}

void ClientPool::forget_if_unused(Hosts::iterator host) noexcept {
    if (host->second.calls == 0 && host->second.idle.empty()) hosts_.erase(host);
}

std::unique_ptr<ClientConnection> ClientPool::take_idle(Host& host) {
    while (!host.idle.empty()) {
        Idle newest = std::move(host.idle.back());
        host.idle.pop_back();
        --idle_;
        const bool expired = Clock::now() - newest.since >= options_.idle_timeout;
        if (!expired && !newest.connection->is_stale()) return std::move(newest.connection);
    }
    return nullptr;
}

void ClientPool::keep(Host& host, std::unique_ptr<ClientConnection> connection) {
    if (idle_ >= options_.max_idle_connections) return;
    host.idle.push_back({std::move(connection), Clock::now()});
    ++idle_;
    if (!expiry_set_) close_expired_after(options_.idle_timeout);
}

void ClientPool::close_expired_after(std::chrono::nanoseconds delay) {
    expiry_set_ = true;
    expiry_.expires_after(delay);
    expiry_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto pool = weak.lock();
        if (pool && !error) pool->close_expired();
    });
}

void ClientPool::close_expired() {
    expiry_set_ = false;
    const Clock::time_point now = Clock::now();
    Clock::time_point oldest = now;
    for (auto host = hosts_.begin(); host != hosts_.end();) {
        const auto current = host++;
        auto& idle = current->second.idle;
        idle_ -=
            std::erase_if(idle, [&](const Idle& kept) { return now - kept.since >= options_.idle_timeout; });
        if (!idle.empty()) oldest = std::min(oldest, idle.front().since);
        forget_if_unused(current);
    }
    if (idle_ > 0) close_expired_after(oldest + options_.idle_timeout - now);
}

}  // namespace patchbay::detail
