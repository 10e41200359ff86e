// Reads the `routes` list. Used by the thread that loads.
#pragma once

#include "config/document.hpp"
#include "config/error.hpp"

#include <vector>

namespace patchbay::detail {

/// Errors: what is wrong is added to `problems`; the entries concerned are then of no use.
std::vector<RouteConfig> read_routes(const YamlNode& node, ConfigProblems& problems);

}  // namespace patchbay::detail
