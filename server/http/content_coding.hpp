// The Accept-Encoding header (RFC 9110 §12.5.3). Pure functions; any thread.
#pragma once

#include <patchbay/request.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace patchbay {

/// What the request says; several lines are one list (RFC 9110 §5.3). Lifetime: views the request, or
/// `joined`.
std::string_view accepted_codings(const Request& request, std::string& joined);

/// The coding of those offered that the client likes best; of equals, the first. Empty: it wants none of them
/// more than the bytes as they are.
std::string_view preferred_coding(std::string_view accept_encoding,
                                  std::span<const std::string_view> offered);
inline std::string_view preferred_coding(std::string_view accept_encoding,
                                         std::initializer_list<std::string_view> offered) {
    return preferred_coding(accept_encoding, std::span{offered.begin(), offered.size()});
}

}  // namespace patchbay
