// From what is configured to sockets, limits and proxies: the step between the configuration and the network.
// Functions for the main thread.
#pragma once

#include "config/config.hpp"
#include "net/listen_sockets.hpp"
#include "net/listener.hpp"
#include "net/loop_server.hpp"

#include <cstddef>
#include <vector>

namespace patchbay {

struct OpenListener {
    ListenSockets sockets;
    ListenerOptions options;
};

/// In the order of the configuration; all of them, or none. `loops` is their number. Errors:
/// std::system_error or std::runtime_error that names the address.
std::vector<OpenListener> open_listeners(const std::vector<ListenerConfig>& listeners, std::size_t loops);

/// Whether both need the same sockets, whatever their limits.
bool same_sockets(const std::vector<ListenerConfig>& a, const std::vector<ListenerConfig>& b);

/// Gives each of the listeners that are open the limits that it has in `fresh`, where it still is there.
void take_limits(std::vector<ListenerConfig>& open, const std::vector<ListenerConfig>& fresh);

/// What the loops serve with. `open` are the listeners, with their limits.
ServerOptions server_options(const Config& config, const std::vector<ListenerConfig>& open);

}  // namespace patchbay
