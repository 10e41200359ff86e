// What the operator configured of listeners and of whom they trust: plain aggregates, as those of config.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace patchbay {

/// `host` is an IPv4 address, an IPv6 address without its brackets, or a host name. Port 0 asks for a free
/// one.
struct TcpAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;

    bool operator==(const TcpAddress&) const = default;
};

struct UnixAddress {
    std::filesystem::path path;

    bool operator==(const UnixAddress&) const = default;
};

/// Sockets that whoever started the process listens on already: those of that name, or, without one, all
/// that no other listener names.
struct InheritedAddress {
    std::string name;

    bool operator==(const InheritedAddress&) const = default;
};

using ListenAddress = std::variant<TcpAddress, UnixAddress, InheritedAddress>;

/// As it is written: "host:port" with an IPv6 host in brackets, "unix:path", "systemd" or "systemd:name".
std::string to_string(const ListenAddress& address);

/// What may change while a listener is open: what it says in place of `limits` and `timeouts` (absent: as
/// they say), and whether its clients are sent early hints.
struct ListenerLimits {
    std::optional<std::size_t> target;
    std::optional<std::size_t> header_bytes;
    std::optional<std::size_t> header_fields;
    std::optional<std::size_t> connections;              // of this listener, within limits.connections
    std::optional<std::size_t> connections_per_address;  // of this listener
    std::optional<std::size_t> requests_per_connection;
    std::optional<std::size_t> min_rate;
    std::optional<std::chrono::milliseconds> header_timeout;
    std::optional<std::chrono::milliseconds> body_timeout;
    std::optional<std::chrono::milliseconds> idle_timeout;
    std::optional<std::chrono::milliseconds> write_timeout;
    bool early_hints = true;

    bool operator==(const ListenerLimits&) const = default;
};

struct ListenerConfig {
    ListenAddress address;
    bool proxy_protocol = false;
    std::optional<std::size_t> mode{};  // permissions of a Unix socket's file; absent: by the umask
    ListenerLimits limits{};

    bool operator==(const ListenerConfig&) const = default;
};

/// Every address whose first `bits` bits are those of `network`, in its usual notation; or "unix".
struct ProxyRange {
    std::string network;
    unsigned bits = 0;

    bool operator==(const ProxyRange&) const = default;
};

}  // namespace patchbay
