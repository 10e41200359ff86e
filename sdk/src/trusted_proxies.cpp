#include <patchbay/detail/trusted_proxies.hpp>

#include <algorithm>
#include <cstddef>

namespace patchbay::detail {
namespace {

using Bytes = asio::ip::address_v6::bytes_type;

// IPv4 as IPv6, so that one comparison serves both.
Bytes bytes_of(const asio::ip::address& address) noexcept {
    if (address.is_v6()) return address.to_v6().to_bytes();
    return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

bool same_bits(const Bytes& a, const Bytes& b, unsigned bits) noexcept {
    const std::size_t whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

void TrustedProxies::add(const asio::ip::address& network, unsigned bits) {
    ranges_.push_back({bytes_of(network), std::min((network.is_v4() ? 96u : 0u) + bits, 128u)});
}

bool TrustedProxies::trusts(const asio::ip::address& peer) const noexcept {
    if (peer.is_unspecified()) return unix_sockets_;
    const Bytes bytes = bytes_of(peer);
    return std::ranges::any_of(ranges_,
                               [&](const Range& range) { return same_bits(range.bytes, bytes, range.bits); });
}

asio::ip::address unmapped(const asio::ip::address& address) noexcept {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

}  // namespace patchbay::detail
