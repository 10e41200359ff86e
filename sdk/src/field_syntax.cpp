#include "field_syntax.hpp"

#include "header_rules.hpp"

#include <algorithm>

namespace patchbay::detail {

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::string_view cut_part(std::string_view& rest, char separator) noexcept {
    bool in_quotes = false;
    std::size_t end = 0;
    for (; end < rest.size() && (in_quotes || rest[end] != separator); ++end) {
        if (rest[end] == '"') in_quotes = !in_quotes;
        if (in_quotes && rest[end] == '\\') ++end;
    }
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    return trimmed(part);
}

std::optional<std::string> token_or_quoted(std::string_view text, Backslash backslash) {
    if (is_token(text)) return std::string{text};
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    const auto is_escapable = [&](std::string_view rest) {
        return backslash == Backslash::escapes_all || rest.starts_with('"') || rest.starts_with('\\');
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') return std::nullopt;
        if (text[i] == '\\' && is_escapable(text.substr(i + 1))) ++i;
        if (i == text.size()) return std::nullopt;
        out += text[i];
    }
    return out;
}

std::string quoted(std::string_view text) {
    std::string out{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

}  // namespace patchbay::detail
