// Where to listen and whom to trust, as an operator writes it. Stateless; any thread.
#pragma once

#include "config/config.hpp"
#include "config/values.hpp"

#include <vector>

namespace patchbay::detail {

/// host:port, [host]:port, unix:path, systemd or systemd:name.
Parsed<ListenAddress> parse_address(ScalarText scalar);

/// An address, a network as address/bits, or unix.
Parsed<ProxyRange> parse_proxy(ScalarText scalar);
/// Those of one environment variable, with commas between them; none when it is empty.
Parsed<std::vector<ProxyRange>> parse_proxies(ScalarText scalar);

}  // namespace patchbay::detail
