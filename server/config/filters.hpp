// Reads `filters`, and the lists of their names, from the tree of a configuration file. Used by the thread
// that loads.
#pragma once

#include "config/document.hpp"
#include "config/environment.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

/// Files of secrets are relative to `directory`, and are read; `env:NAME` is looked up in `environment`.
/// Errors: added to `problems`.
std::vector<FilterConfig> read_filters(const YamlNode& node, const std::filesystem::path& directory,
                                       const Environment& environment, ConfigProblems& problems);

/// A list such as [site, admin]. Errors: added to `problems`.
std::vector<FilterReference> read_filter_names(const YamlNode& node, const std::string& path,
                                               ConfigProblems& problems);

/// Whether it is of the form plugin.filter.
bool is_plugin_filter(std::string_view name);

/// Adds a problem for each name in use that `filters` does not have; whether a plugin has its filters is not
/// known before it is loaded.
void check_filter_names(const Config& config, ConfigProblems& problems);

}  // namespace patchbay::detail
