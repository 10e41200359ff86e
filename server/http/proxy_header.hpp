// The header of the PROXY protocol, versions 1 and 2, by which a proxy says whom it serves before the first
// byte of HTTP (haproxy.org/download/2.8/doc/proxy-protocol.txt, whose sections are cited). A function
// without state or sockets; any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace patchbay {

struct ProxyHeader {
    enum class Step : std::uint8_t {
        need_more,  ///< sound so far; ask again when there are more bytes
        complete,
        malformed,  ///< what follows can't be told from it: the connection must end
    };

    Step step = Step::malformed;
    std::size_t size = 0;  ///< bytes, once complete
    /// Whether `source` is to be taken for the peer; otherwise (LOCAL, UNKNOWN, UNSPEC) the peer stays what
    /// it is. A Unix socket's source is unspecified.
    bool names_source = false;
    boost::asio::ip::tcp::endpoint source;
};

/// More than this is malformed: the extensions of version 2 (TLVs) are skipped, not needed.
constexpr std::size_t most_proxy_header = 4096;

/// `bytes` is all that has been received. Looks at no more than most_proxy_header of them.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace patchbay
