// The text of a configuration file, which finds the line and column of any place in it and refuses bytes that
// a YAML parser would misread. It views the text, which must outlive it; used by the thread that loads.
#pragma once

#include "config/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

class SourceText {
public:
    /// A UTF-8 byte order mark at the start of `text` is dropped.
    SourceText(std::string_view text, std::string file);

    std::string_view text() const { return text_; }

    /// Both counted from 0 and `byte_column` in bytes; the position's column is in characters.
    SourcePosition position(std::size_t line, std::size_t byte_column) const;
    SourcePosition position_of(std::size_t offset) const;

    /// Line `line`, counted from 0, without its end; empty when there is none.
    std::string_view line(std::size_t line) const;

    /// In bytes, from a line and column as for `position`.
    std::size_t offset_of(std::size_t line, std::size_t byte_column) const;

    /// True when the scalar at `offset`, which may have an anchor before it, begins with a quote that is
    /// never closed; yaml-cpp takes the rest of the file for its text.
    bool has_open_quote(std::size_t offset) const;

    /// The line, counted from 0, of a `%` directive before the content (YAML 1.2 §6.8).
    std::optional<std::size_t> find_directive() const;

    struct BadByte {
        std::size_t offset;
        std::string problem;
    };

    /// The first byte that is not UTF-8 or is a control character other than tab and the end of a line
    /// (YAML 1.2 §5.1).
    std::optional<BadByte> find_bad_byte() const;

private:
    std::string_view text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
};

/// `text` cut to what a message can show: at most 60 bytes, on one line.
std::string abbreviate(std::string_view text);

}  // namespace patchbay::detail
