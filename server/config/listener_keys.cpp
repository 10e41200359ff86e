// The keys of the entries of `listen`. Those of `limits` and `timeouts` stand in for the keys of the same
// path at the top level, and allow what these do.
#include "config/key_ranges.hpp"
#include "config/keys.hpp"

#include <array>

namespace patchbay::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::array keys_of_listeners{
    ConfigKey<ListenerConfig>{"address",
                              {ValueKind::address, {}},
                              [](ListenerConfig& l) -> ListenAddress& { return l.address; },
                              "Where to listen.",
                              "",
                              default_required},
    ConfigKey<ListenerConfig>{
        "proxy_protocol",
        {ValueKind::boolean, {}},
        [](ListenerConfig& l) -> bool& { return l.proxy_protocol; },
        "Whether each connection begins with a header of the PROXY protocol, version 1 or 2; one that does "
        "not, or does not come from trusted_proxies, is closed.",
        "",
        "false"},
    ConfigKey<ListenerConfig>{"mode",
                              {ValueKind::file_mode, {}},
                              [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.mode; },
                              "Permissions of a Unix socket's file.",
                              "",
                              "what the umask leaves of 0777"},
    ConfigKey<ListenerConfig>{"early_hints",
                              {ValueKind::boolean, {}},
                              [](ListenerConfig& l) -> bool& { return l.limits.early_hints; },
                              "Whether the early hints (103) of handlers are sent here. Off where a proxy "
                              "connects whose clients get nothing after one, as those of nginx 1.22 with "
                              "proxy_http_version 1.1.",
                              "",
                              "true"},
    ConfigKey<ListenerConfig>{
        "limits.target",
        {ValueKind::size, {256, mib}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.target; },
        "Size of a request's target here; beyond it the answer is 414.",
        "",
        "limits.target"},
    ConfigKey<ListenerConfig>{
        "limits.header_bytes",
        {ValueKind::size, {kib, mib}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.header_bytes; },
        "Size of a request's line and header fields here; beyond it the answer is 431.",
        "",
        "limits.header_bytes"},
    ConfigKey<ListenerConfig>{
        "limits.header_fields",
        {ValueKind::count, {1, 1000}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.header_fields; },
        "Number of header fields in a request here; beyond it the answer is 431.",
        "",
        "limits.header_fields"},
    ConfigKey<ListenerConfig>{
        "limits.connections",
        {ValueKind::count, {1, 1'000'000}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.connections; },
        "Number of connections open at once here; they count in limits.connections, too.",
        "",
        "limits.connections"},
    ConfigKey<ListenerConfig>{
        "limits.connections_per_address",
        {ValueKind::count, {0, 1'000'000}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.connections_per_address; },
        "Number of connections open at once here from one IPv4 address or one IPv6 /64 network; those of "
        "other listeners are not counted then, nor these by them. 0 is no limit.",
        "",
        "limits.connections_per_address"},
    ConfigKey<ListenerConfig>{
        "limits.requests_per_connection",
        {ValueKind::count, {0, 1'000'000'000}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.requests_per_connection; },
        "Number of requests after which a connection is closed here; 0 is no limit.",
        "",
        "limits.requests_per_connection"},
    ConfigKey<ListenerConfig>{
        "limits.min_rate",
        {ValueKind::size, {0, mib}},
        [](ListenerConfig& l) -> std::optional<std::size_t>& { return l.limits.min_rate; },
        "Bytes a second that a client must send of a body, or take of a response, here.",
        "",
        "limits.min_rate"},
    ConfigKey<ListenerConfig>{
        "timeouts.header",
        {ValueKind::duration, {10, hour}},
        [](ListenerConfig& l) -> std::optional<milliseconds>& { return l.limits.header_timeout; },
        "Time for a request's header to arrive here, from its first byte.",
        "",
        "timeouts.header"},
    ConfigKey<ListenerConfig>{
        "timeouts.body",
        {ValueKind::duration, {10, day}},
        [](ListenerConfig& l) -> std::optional<milliseconds>& { return l.limits.body_timeout; },
        "Time over which a request's body must arrive here at the minimum rate.",
        "",
        "timeouts.body"},
    ConfigKey<ListenerConfig>{
        "timeouts.idle",
        {ValueKind::duration, {10, day}},
        [](ListenerConfig& l) -> std::optional<milliseconds>& { return l.limits.idle_timeout; },
        "Time that a connection may stay open between requests here.",
        "",
        "timeouts.idle"},
    ConfigKey<ListenerConfig>{
        "timeouts.write",
        {ValueKind::duration, {10, day}},
        [](ListenerConfig& l) -> std::optional<milliseconds>& { return l.limits.write_timeout; },
        "Time over which the client must take a response here at the minimum rate.",
        "",
        "timeouts.write"},
};

}  // namespace

std::span<const ConfigKey<ListenerConfig>> listener_keys() { return keys_of_listeners; }

}  // namespace patchbay::detail
