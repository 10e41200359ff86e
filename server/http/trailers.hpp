// The trailer fields of a chunked request body: those that a handler may see (RFC 9110 §6.5). A function for
// any thread.
#pragma once

#include <patchbay/detail/request_data.hpp>

#include <string_view>
#include <vector>

namespace patchbay {

/// What of ChunkedReader::trailer_lines() is kept, in order; views of it. Fields that frame, route,
/// authenticate or describe the message come too late to count (RFC 9110 §6.5.1), and are left out: whoever
/// looked at the head must not be contradicted.
std::vector<HeaderField> read_trailers(std::string_view lines);

}  // namespace patchbay
