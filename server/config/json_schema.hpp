// The JSON Schema of the configuration file, for editors, written from the table in keys.cpp. A pure
// function; any thread.
#pragma once

#include <string>

namespace patchbay {

/// conf/patchbay.schema.json: a JSON Schema (draft-07) for editors. It checks the form of every value; ranges
/// of durations and sizes, and what concerns several keys, only the server checks.
std::string json_schema();

}  // namespace patchbay
