// From what is configured to sockets and proxies: the step between the configuration and the network.
// Functions for the main thread.
#pragma once

#include "config/config.hpp"
#include "net/listen_sockets.hpp"

#include <patchbay/detail/trusted_proxies.hpp>

#include <cstddef>
#include <vector>

namespace patchbay {

struct OpenListener {
    ListenSockets sockets;
    bool proxy_protocol = false;
};

/// In the order of the configuration; all of them, or none. `loops` is their number. Errors:
/// std::system_error or std::runtime_error that names the address.
std::vector<OpenListener> open_listeners(const std::vector<ListenerConfig>& listeners, std::size_t loops);

detail::TrustedProxies trusted_proxies(const std::vector<ProxyRange>& ranges);

}  // namespace patchbay
