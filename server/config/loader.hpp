// Loads the operator's configuration file: strict, and with every problem reported at once. A pure function
// of the file and the environment, callable from any thread; a reload calls it again and compares.
#pragma once

#include "config/config.hpp"
#include "config/environment.hpp"
#include "config/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace patchbay {

/// Reads `file` and then `environment`, whose values win. Relative directories in the file are taken from the
/// file's own directory, those in the environment stay as they are, relative to the working directory.
///
/// Errors: ConfigError with every problem found; `file` stands in it as given here.
Config load_config(const std::filesystem::path& file, const Environment& environment);

/// The same for a text already in memory. `file` need not exist; its directory is where relative ones start.
Config parse_config(std::string_view yaml, const std::filesystem::path& file, const Environment& environment);

}  // namespace patchbay
