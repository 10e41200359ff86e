// Reads `groups` from the tree of a configuration file: routes that share a prefix, a host and more. Used by
// the thread that loads.
#pragma once

#include "config/document.hpp"

#include <filesystem>
#include <vector>

namespace patchbay::detail {

/// The routes of all groups, each with what its groups say. Errors: added to `problems`.
std::vector<RouteConfig> read_groups(const YamlNode& node, const std::filesystem::path& directory,
                                     ConfigProblems& problems);

}  // namespace patchbay::detail
