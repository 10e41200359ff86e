// What proxies say about a client in Forwarded (RFC 7239) and X-Forwarded-*, as far as they are trusted.
// Functions without state; any thread.
#pragma once

#include <patchbay/detail/request_data.hpp>

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace patchbay::detail {

struct ForwardedFacts {
    std::optional<asio::ip::address> client;  ///< nothing: unknown
    std::string_view scheme;                  ///< "http", "https"; empty: nobody says
    std::string_view host;                    ///< of the header's bytes; empty: nobody says

    bool operator==(const ForwardedFacts&) const = default;
};

/// With nobody to trust: the peer, and nothing else.
ForwardedFacts forwarded_facts(const RequestData& request);

}  // namespace patchbay::detail
