// The syntax of host[:port], in a request target and in the Host header. Functions without state, callable on
// any thread.
#pragma once

#include <string_view>

namespace patchbay {

/// host [":" port] with a host that is not empty and no user information (RFC 9110 §4.2.1, §4.2.4). With
/// needs_port, a port must be there. A port is at most 65535.
bool is_authority(std::string_view text, bool needs_port) noexcept;

/// What a Host header may hold (RFC 9112 §3.2): an authority, or nothing where the target has none.
inline bool is_host_field(std::string_view value) noexcept {
    return value.empty() || is_authority(value, false);
}

}  // namespace patchbay
