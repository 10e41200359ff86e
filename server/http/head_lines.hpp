// The lines of a complete head, taken apart by the letter of RFC 9112 §3 and §5. Functions without state,
// callable on any thread; what they give are views of what they were given.
#pragma once

#include "http/request_rules.hpp"

#include <string_view>

namespace patchbay {

struct RequestLine {
    std::string_view method;
    std::string_view target;
    unsigned version = 11;  ///< 10 or 11: a minor version that we don't know is read as 11 (RFC 9110 §2.5)
};

/// Preconditions: `line` has no line end, and version_of(line) is not empty.
RequestFault read_request_line(std::string_view line, RequestLine& into) noexcept;

struct FieldLine {
    std::string_view name;
    std::string_view value;  ///< without the white space around it
};

/// Takes the first line, whose end is CR LF, off `lines`. False when it is no field line (RFC 9112 §5); then
/// `lines` is of no use any more.
bool take_field_line(std::string_view& lines, FieldLine& into) noexcept;

}  // namespace patchbay
