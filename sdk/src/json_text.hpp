// JSON text of nlohmann values: what dump() writes, without the set-up that dump() pays for each call and
// that costs more than a small answer's text. Stateless; any thread.
#pragma once

#include <patchbay/json_member.hpp>

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>

namespace patchbay::detail {

/// Compact, members in the value's own order. Bytes that are no UTF-8 are replaced by U+FFFD, and a number
/// that JSON has no text for (NaN, infinity) becomes null.
std::string json_text(const nlohmann::json& value);
/// An object of these members, in this order.
std::string json_text(std::initializer_list<JsonMember> members);

}  // namespace patchbay::detail
