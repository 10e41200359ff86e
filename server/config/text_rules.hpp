// What the texts of the configuration must look like: names, paths, hosts. Stateless; any thread.
#pragma once

#include "config/values.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace patchbay::detail {

/// What is wrong with the text for a value of `kind`, if anything is.
std::optional<Complaint> check_text(ValueKind kind, ScalarText scalar);

bool is_ipv6(const std::string& host);

/// Whether the port of a URL's authority (RFC 3986 §3.2), if it has one, is from 1 to 65535.
bool has_sound_port(std::string_view authority);

}  // namespace patchbay::detail
