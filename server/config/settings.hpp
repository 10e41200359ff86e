// Reads `settings`, whose contents only the plugins understand, into JSON. Used by the thread that loads.
#pragma once

#include "config/document.hpp"
#include "config/error.hpp"

namespace patchbay::detail {

/// Fills `settings` and `setting_positions` of `config`. Plain scalars are read by the YAML 1.2 core schema
/// (§10.3.2), quoted ones are strings. Refused, because YAML 1.1 and 1.2 read them differently: numbers with
/// a leading zero, and yes, no, on and off. Refused because JSON can't hold them: infinities and NaN.
///
/// Errors: what is wrong is added to `problems`, and stands as null in its place.
void read_settings(const YamlNode& node, Config& config, ConfigProblems& problems);

}  // namespace patchbay::detail
