// The syntax that HTTP's structured field values share (RFC 9110 §5.6): lists, parameters, quoted strings.
// Each function looks at a character once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::detail {

/// Without the spaces and tabs around it.
std::string_view trimmed(std::string_view text) noexcept;

/// Takes the text up to the next separator outside a quoted string off `rest`, and gives it trimmed. A quoted
/// string that never ends reaches to the end of the text.
std::string_view cut_part(std::string_view& rest, char separator) noexcept;

/// What a backslash in a quoted string takes with it: whatever follows (RFC 9110 §5.6.4), or a quote and
/// another backslash only, since old browsers send paths of Windows as they are.
enum class Backslash : std::uint8_t { escapes_all, escapes_quotes };

/// A token as it is, or what stands in a quoted string; nothing when the text is neither.
std::optional<std::string> token_or_quoted(std::string_view text,
                                           Backslash backslash = Backslash::escapes_all);

/// As a quoted string.
std::string quoted(std::string_view text);

}  // namespace patchbay::detail
