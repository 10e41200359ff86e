// What a handler may put into a header line; private to libpatchbay.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::detail {

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;

/// Throws std::invalid_argument when the pair must not be sent: see Response::header().
void check_header(std::string_view name, std::string_view value);
/// The same but for the headers that a response leaves to the host.
void check_field(std::string_view name, std::string_view value);

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// ASCII only, as equal_ignoring_case().
std::string lower_case(std::string_view text);

}  // namespace patchbay::detail
