// Reads `errors`, and the files that it names. Used by the thread that loads.
#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/error.hpp"

#include <cstddef>
#include <filesystem>
#include <map>

namespace patchbay::detail {

/// Files are relative to `directory`. Errors: added to `problems`.
std::map<std::size_t, ErrorPage> read_error_pages(const YamlNode& node,
                                                  const std::filesystem::path& directory,
                                                  ConfigProblems& problems);

}  // namespace patchbay::detail
