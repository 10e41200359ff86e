// The proxies whose word about a request's client is taken. The host makes one of its configuration and never
// changes it afterwards; any thread may ask.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/asio/ip/address.hpp>

#include <vector>

namespace patchbay::detail {

class PATCHBAY_API TrustedProxies {
public:
    /// Every address whose first `bits` bits are those of `network`; more than it has means all of them.
    void add(const asio::ip::address& network, unsigned bits);
    /// The peers of Unix sockets.
    void add_unix_sockets() noexcept { unix_sockets_ = true; }

    bool empty() const noexcept { return ranges_.empty() && !unix_sockets_; }
    /// An unspecified address is the peer of a Unix socket.
    bool trusts(const asio::ip::address& peer) const noexcept;

private:
    struct Range {
        asio::ip::address_v6::bytes_type bytes;
        unsigned bits;
    };
    std::vector<Range> ranges_;
    bool unix_sockets_ = false;
};

/// An IPv4 address that was mapped into IPv6 (RFC 4291 §2.5.5.2) as IPv4; any other as it is.
PATCHBAY_API asio::ip::address unmapped(const asio::ip::address& address) noexcept;

}  // namespace patchbay::detail
