// Overrides of single keys by environment variables, PATCHBAY_ and the key's path in upper case, and by
// options of the command line. Used by the thread that loads; the process's environment is passed in, never
// read here.
#pragma once

#include "config/error.hpp"

#include <map>
#include <string>

namespace patchbay {

/// Names to values. Those whose name begins with PATCHBAY_ set keys; others are there for `env:NAME`. A name
/// that begins with "--" is an option of the command line: it outranks the variable of its key.
using Environment = std::map<std::string, std::string>;

/// The variables of a null-terminated array of "NAME=value", such as the third argument of main.
Environment environment_from(const char* const* variables);

namespace detail {

/// Where each key that was given a value got it from, by the key's path.
using KeyOrigins = std::map<std::string, SourcePosition>;

/// Sets the keys that `environment` names. A variable that names no key, or holds no value of the key's type,
/// is added to `problems`.
void apply_environment(const Environment& environment, Config& config, KeyOrigins& origins,
                       ConfigProblems& problems);

}  // namespace detail
}  // namespace patchbay
