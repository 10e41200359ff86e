#include "net/connection_counts.hpp"

#include <algorithm>

namespace patchbay {

namespace ip = boost::asio::ip;

namespace {

ip::address_v6 key_of(const ip::address& address) noexcept {
    if (address.is_v4()) return ip::make_address_v6(ip::v4_mapped, address.to_v4());
    if (address.to_v6().is_v4_mapped()) return address.to_v6();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6{bytes};
}

}  // namespace

bool ConnectionCounts::enter(std::size_t limit) noexcept {
    if (total_.fetch_add(1, std::memory_order_relaxed) < limit) return true;
    leave();
    return false;
}

bool ConnectionCounts::enter(const ip::address& address, std::size_t limit) {
    const std::scoped_lock lock{mutex_};
    const auto entry = by_address_.try_emplace(key_of(address), 0).first;
    if (entry->second >= limit) return false;
    ++entry->second;
    return true;
}

void ConnectionCounts::leave(const ip::address& address) noexcept {
    const std::scoped_lock lock{mutex_};
    const auto entry = by_address_.find(key_of(address));
    if (entry != by_address_.end() && --entry->second == 0) by_address_.erase(entry);
}

}  // namespace patchbay
