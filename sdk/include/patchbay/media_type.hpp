// Media types (RFC 9110 §8.3.1), as Content-Type and Accept write them. A value type.
#pragma once

#include <patchbay/export.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

struct PATCHBAY_API MediaType {
    std::string name;  ///< type and subtype in lower case, "text/html"
    /// In order; names in lower case, values unquoted and as received.
    std::vector<std::pair<std::string, std::string>> parameters{};

    /// "charset", "boundary": the first parameter of that name, in any case. Lifetime: that of this object.
    std::optional<std::string_view> parameter(std::string_view wanted) const& noexcept;
    std::optional<std::string_view> parameter(std::string_view wanted) const&& = delete;
    /// application/json, text/json, or any type that ends in "+json" (RFC 6839 §3.1).
    bool is_json() const noexcept;
};

/// Nothing when the text is not `type/subtype` and parameters, as Content-Type writes them.
PATCHBAY_API std::optional<MediaType> parse_media_type(std::string_view text);

}  // namespace patchbay
