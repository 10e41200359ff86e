// A request's body as JSON. Private to libpatchbay.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace patchbay::detail {

/// Errors: HttpError(400) with line and column when the text is no JSON, or when lists and objects in it
/// nest deeper than 256: code that walks them calls itself for every level.
nlohmann::json parse_json_body(std::string_view text);

}  // namespace patchbay::detail
