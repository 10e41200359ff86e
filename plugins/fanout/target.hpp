// Where a call may go: the URL as callers write it, and the operator's list of hosts that may be called. No
// I/O but in AllowList::resolve().
#pragma once

#include <patchbay/namespaces.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fanout {

namespace asio = patchbay::asio;
using Endpoints = std::vector<asio::ip::tcp::endpoint>;

/// An http:// URL, taken apart.
struct Target {
    std::string url;   ///< as the caller wrote it
    std::string host;  ///< decoded, in lower case, an IPv6 address without brackets
    std::uint16_t port = 80;
    std::string authority;  ///< for the Host header
    std::string path;       ///< with the query, percent-encoded; begins with a slash

    /// Errors: std::invalid_argument that says what is wrong. A user name or password is refused: it would be
    /// sent to nobody, and is how "http://localhost@example.com" looks harmless.
    static Target parse(std::string_view url);
};

/// The hosts that may be called. What isn't on it is never looked up, let alone connected to.
class AllowList {
public:
    /// An entry is a host name or address, any port of which may be called, or one with a port:
    /// "localhost", "10.0.0.7:8080", "[::1]:8080". Errors: std::invalid_argument that names the entry.
    explicit AllowList(const std::vector<std::string>& entries);

    /// Looks the names up; blocks. Once, before anything is called: what a name means can't be changed under
    /// a running plugin, and no call waits for a name server. Errors: std::runtime_error that names the host.
    void resolve();

    /// Where to connect to; empty when the list doesn't have the target's host and port.
    Endpoints endpoints(const Target& target) const;

private:
    struct Host {
        std::vector<std::uint16_t> ports;  // none: any
        std::vector<asio::ip::address> addresses;
    };
    std::map<std::string, Host, std::less<>> hosts_;
};

}  // namespace fanout
