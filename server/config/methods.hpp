// The methods that a route may name. Stateless; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

/// Whether a handler can be reached by it: a plugin's routes name the same ones, and a request with any other
/// is answered with 501. Methods are case-sensitive (RFC 9110 §9.1).
bool is_method(std::string_view text);

std::vector<std::string> method_names();

}  // namespace patchbay::detail
