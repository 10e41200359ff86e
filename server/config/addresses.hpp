// Where to listen and whom to trust, as an operator writes it. Stateless; any thread.
#pragma once

#include "config/config.hpp"
#include "config/values.hpp"

#include <vector>

namespace patchbay::detail {

/// host:port, [host]:port, unix:path, systemd or systemd:name.
Parsed<ListenAddress> parse_address(ScalarText scalar);

/// Those of one environment variable or option, at least one, with commas between them.
Parsed<std::vector<ListenerConfig>> parse_addresses(ScalarText scalar);
/// Whether one of the listeners has that very address.
bool is_listed(const ListenAddress& address, const std::vector<ListenerConfig>& listeners);

/// An address, a network as address/bits, or unix.
Parsed<ProxyRange> parse_proxy(ScalarText scalar);
/// Those of one environment variable, with commas between them; none when it is empty.
Parsed<std::vector<ProxyRange>> parse_proxies(ScalarText scalar);

}  // namespace patchbay::detail
