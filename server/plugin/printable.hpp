// Text from a foreign file, for a terminal or a line of a log. Stateless; any thread.
#pragma once

#include <algorithm>
#include <string>

namespace patchbay {

/// With a question mark for each control character.
inline std::string printable(std::string text) {
    std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return text;
}

}  // namespace patchbay
