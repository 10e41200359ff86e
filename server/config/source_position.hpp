// A place in a configuration file. A value.
#pragma once

#include <cstddef>
#include <string>

namespace patchbay {

/// Where something stands. `line` and `column` count from 1, columns in characters; a `line` of 0 means the
/// file as a whole. Every position equals every other, so that moving a line in the file is not a change of
/// configuration.
struct SourcePosition {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    friend bool operator==(const SourcePosition&, const SourcePosition&) { return true; }
};

/// "file:line:column", or "file" alone when there is no line: one line, whatever the file is called.
std::string to_string(const SourcePosition& position);

}  // namespace patchbay
