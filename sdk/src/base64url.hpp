// Base64 with the alphabet for URLs and without padding (RFC 4648 §5). Private to libpatchbay.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace patchbay::detail {

std::string encode_base64url(std::string_view bytes);

/// Nothing when it is not what encode_base64url() gives.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace patchbay::detail
