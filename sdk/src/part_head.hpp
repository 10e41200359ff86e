// The headers of one part of a form (RFC 7578 §4). Private to libpatchbay.
#pragma once

#include <patchbay/multipart_parser.hpp>

#include <string_view>

namespace patchbay::detail {

/// Adds a header line, without its line end, to head.headers. What is wrong with it; empty when nothing is.
std::string_view add_part_header(PartHead& head, std::string_view line);

/// Fills in the rest of `head` by its headers. What is wrong with them; empty when nothing is.
std::string_view read_part_headers(PartHead& head);

}  // namespace patchbay::detail
