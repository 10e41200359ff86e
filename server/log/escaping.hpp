// Makes others' bytes safe to stand in a line of a log, whatever they are. Stateless; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay {

/// Bytes that one byte of the input may become.
constexpr std::size_t most_json_escape = 6;
constexpr std::size_t most_text_escape = 4;

/// Writes what stands between the quotes of a JSON string and returns its end. UTF-8 stays as it is, but for
/// what some reader takes for the end of a line (U+0085, U+2028, U+2029) and other controls, which become
/// \uXXXX; each byte that is no UTF-8 becomes \ufffd. Precondition: room for most_json_escape bytes a byte.
char* escape_json(char* out, std::string_view text) noexcept;

/// Writes printable ASCII as it is, with quotes and backslashes behind a backslash; each other byte becomes
/// \xXX. A terminal obeys none of that. Precondition: room for most_text_escape bytes a byte.
char* escape_text(char* out, std::string_view text) noexcept;

/// Whether that byte of UTF-8 text is, or is a part of, a control character (C0, DEL or C1), which a terminal
/// may obey.
bool is_control_at(std::string_view text, std::size_t at) noexcept;

/// Appends `text` with control characters and backslash escaped ("\n" becomes the two characters \ and n);
/// other UTF-8 stays as it is.
void append_escaped(std::string& out, std::string_view text);

}  // namespace patchbay
