#include "config/source_text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace patchbay::detail {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The length of the well-formed UTF-8 sequence at `offset`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t index) {
        return offset + index < text.size() ? static_cast<unsigned char>(text[offset + index]) : 0U;
    };
    const auto within = [&](std::size_t index, unsigned low, unsigned high) {
        return byte(index) >= low && byte(index) <= high;
    };
    const auto tail = [&](std::size_t index) { return within(index, 0x80, 0xBF); };
    const auto lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;
        return within(1, low, high) && tail(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
        return within(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

std::string hexadecimal(unsigned char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    return {'0', 'x', digits[byte >> 4U], digits[byte & 0xFU]};
}

}  // namespace

SourceText::SourceText(std::string_view text, std::string file)
    : text_{text.substr(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0)},
      file_{std::move(file)},
      line_starts_{0} {
    for (std::size_t offset = 0; offset < text_.size(); ++offset) {
        if (text_[offset] == '\n') line_starts_.push_back(offset + 1);
    }
}

SourcePosition SourceText::position(std::size_t line, std::size_t byte_column) const {
    const auto before = this->line(line).substr(0, byte_column);
    const auto continuations = std::count_if(before.begin(), before.end(), is_continuation);
    return {file_, line + 1, byte_column - static_cast<std::size_t>(continuations) + 1};
}

SourcePosition SourceText::position_of(std::size_t offset) const {
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto line = static_cast<std::size_t>(std::distance(line_starts_.begin(), after)) - 1;
    return position(line, offset - line_starts_[line]);
}

std::string_view SourceText::line(std::size_t line) const {
    if (line >= line_starts_.size()) return {};
    const auto rest = text_.substr(line_starts_[line]);
    return rest.substr(0, rest.find_first_of("\r\n"));
}

std::size_t SourceText::offset_of(std::size_t line, std::size_t byte_column) const {
    if (line >= line_starts_.size()) return text_.size();
    return std::min(line_starts_[line] + byte_column, text_.size());
}

bool SourceText::has_open_quote(std::size_t offset) const {
    constexpr std::string_view blanks = " \t\r\n";
    while (offset < text_.size() && (text_[offset] == '&' || text_[offset] == '!')) {
        const auto end = std::min(text_.find_first_of(blanks, offset), text_.size());
        offset = std::min(text_.find_first_not_of(blanks, end), text_.size());
    }
    if (offset >= text_.size()) return false;
    const char quote = text_[offset];
    if (quote != '\'' && quote != '"') return false;
    for (++offset; offset < text_.size(); ++offset) {
        const bool is_escape = quote == '"' ? text_[offset] == '\\' : text_.substr(offset, 2) == "''";
        if (!is_escape && text_[offset] == quote) return false;
        if (is_escape) ++offset;
    }
    return true;
}

std::optional<std::size_t> SourceText::find_directive() const {
    for (std::size_t number = 0; number < line_starts_.size(); ++number) {
        const auto content = line(number).find_first_not_of(" \t");
        if (content == std::string_view::npos || line(number)[content] == '#') continue;
        if (line(number).front() == '%') return number;
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<SourceText::BadByte> SourceText::find_bad_byte() const {
    for (std::size_t offset = 0; offset < text_.size();) {
        const auto length = sequence_length(text_, offset);
        const auto byte = static_cast<unsigned char>(text_[offset]);
        if (length == 0)
            return BadByte{offset, "byte " + hexadecimal(byte) + " is not UTF-8; save the file as UTF-8"};
        if (byte == '\r' && text_.substr(offset + 1, 1) != "\n")
            return BadByte{offset, "a carriage return stands alone; end lines with LF or CR LF"};
        const bool is_space = byte == '\t' || byte == '\n' || byte == '\r';
        if ((byte < 0x20 && !is_space) || byte == 0x7F)
            return BadByte{offset, "control character " + hexadecimal(byte) + " is not allowed in YAML"};
        offset += length;
    }
    return std::nullopt;
}

std::string abbreviate(std::string_view text) {
    constexpr std::size_t longest = 60;
    const auto line = text.substr(0, text.find_first_of("\r\n"));
    auto length = std::min(line.size(), longest);
    while (length > 0 && length < line.size() && is_continuation(line[length])) --length;
    return std::string{line.substr(0, length)} + (length < text.size() ? "..." : "");
}

}  // namespace patchbay::detail
