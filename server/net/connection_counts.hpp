// How many connections each client's address has, and how many there are in all and at each listener. Owned
// by the application and shared by its loops, which ask when a connection begins and ends, never for a
// request.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>

namespace patchbay {

/// Thread-safety: every function may be called on any thread.
class ConnectionCounts {
public:
    /// Counts one more unless there are `limit` already; false then.
    [[nodiscard]] bool enter(std::size_t limit) noexcept;
    void leave() noexcept { total_.fetch_sub(1, std::memory_order_relaxed); }

    /// The same for one address. The addresses of an IPv6 /64 network are one: a client has all of them.
    [[nodiscard]] bool enter(const boost::asio::ip::address& address, std::size_t limit);
    void leave(const boost::asio::ip::address& address) noexcept;

private:
    std::atomic<std::size_t> total_{0};
    std::mutex mutex_;
    std::map<boost::asio::ip::address_v6, std::size_t> by_address_;  // without those that have none
};

/// Every connection is in `all`, and in those of its listener.
struct ServerCounts {
    explicit ServerCounts(std::size_t listeners) : of_listeners(listeners) {}

    ConnectionCounts all;
    std::deque<ConnectionCounts> of_listeners;  ///< in the order of the configuration
};

}  // namespace patchbay
