// Which of several representations a client would rather have (RFC 9110 §12.5). Request::accepts() and
// accepts_language() ask these functions. The first offer is the server's own favourite: it is taken when the
// client says nothing, and the earlier of two offers when the client likes both alike.
#pragma once

#include <patchbay/export.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace patchbay {

/// The media type that `accept`, the value of Accept, prefers: the highest q, then the one it names more
/// exactly ("text/html" before "text/*" before "*/*"). An offer may have parameters; a range asks for all of
/// its own, but never for a charset. Elements that are malformed count as not there. Nothing when no offer
/// will do, which is a 406. Errors: std::invalid_argument when an offer is no media type. Lifetime: the
/// result is one of the offers.
PATCHBAY_API std::optional<std::string_view> best_media_type(std::string_view accept,
                                                             std::span<const std::string_view> offers);

/// The language tag that `accept_language` prefers, by the same order. "de" takes the offers "de" and "de-AT"
/// (RFC 4647 §3.3.1); "de-AT" takes "de" as well where it finds nothing closer (§3.4).
PATCHBAY_API std::optional<std::string_view> best_language(std::string_view accept_language,
                                                           std::span<const std::string_view> offers);

}  // namespace patchbay
