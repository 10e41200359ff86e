// Reads the `routes` list. Used by the thread that loads.
#pragma once

#include "config/document.hpp"
#include "config/error.hpp"

#include <filesystem>
#include <vector>

namespace patchbay::detail {

/// Relative paths are taken from `directory`. Errors: what is wrong is added to `problems`; the entries
/// concerned are then of no use.
/// `path` is the list's own: "routes".
std::vector<RouteConfig> read_routes(const YamlNode& node, const std::string& path,
                                     const std::filesystem::path& directory, ConfigProblems& problems);

}  // namespace patchbay::detail
