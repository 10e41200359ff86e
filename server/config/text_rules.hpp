// What the texts of the configuration must look like: names, paths, hosts. Stateless; any thread.
#pragma once

#include "config/values.hpp"

#include <optional>
#include <string>

namespace patchbay::detail {

/// What is wrong with the text for a value of `kind`, if anything is.
std::optional<Complaint> check_text(ValueKind kind, ScalarText scalar);

bool is_ipv6(const std::string& host);

}  // namespace patchbay::detail
