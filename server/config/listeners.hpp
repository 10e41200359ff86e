// Reads `listen` and `trusted_proxies`, which may be lists. Used by the thread that loads.
#pragma once

#include "config/document.hpp"
#include "config/environment.hpp"
#include "config/error.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace patchbay::detail {

/// Paths of Unix sockets are taken from `directory`. Nothing when it is wrong.
/// Errors (both): what is wrong is added to `problems`.
std::optional<std::vector<ListenerConfig>> read_listeners(const YamlNode& node,
                                                          const std::filesystem::path& directory,
                                                          ConfigProblems& problems);
std::optional<std::vector<ProxyRange>> read_proxies(const YamlNode& node, ConfigProblems& problems);

/// What only the two together can tell.
void check_listeners(const Config& config, const KeyOrigins& origins, ConfigProblems& problems);

}  // namespace patchbay::detail
