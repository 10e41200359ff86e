#include "websocket/extension_list.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::websocket {
namespace {

// Each of these takes what it finds at the front, with the white space behind it.

bool take_char(std::string_view& text, char wanted) noexcept {
    if (text.empty() || text.front() != wanted) return false;
    text = trimmed(text.substr(1));
    return true;
}

// Empty elements mean nothing (RFC 9110 §5.6.1.2).
void skip_commas(std::string_view& text) noexcept {
    while (take_char(text, ',')) {
    }
}

// Empty: there is none.
std::string_view take_token(std::string_view& text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), is_token_char);
    const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text = trimmed(text.substr(token.size()));
    return token;
}

// "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to the
// 'token' ABNF."
std::optional<std::string> take_value(std::string_view& text) {
    if (text.empty() || text.front() != '"') {
        const std::string_view token = take_token(text);
        return token.empty() ? std::nullopt : std::optional{std::string{token}};
    }
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text = trimmed(text.substr(i + 1));
            return value.empty() ? std::nullopt : std::optional{std::move(value)};
        }
        if (text[i] == '\\') ++i;
        if (i == text.size() || !is_token_char(text[i])) break;
        value += text[i];
    }
    return std::nullopt;
}

}  // namespace

std::optional<Extension> take_extension(std::string_view& list) {
    list = trimmed(list);
    skip_commas(list);
    Extension extension{.name = take_token(list), .parameters = {}};
    if (extension.name.empty()) return std::nullopt;
    while (take_char(list, ';')) {
        Extension::Parameter parameter{.name = take_token(list), .value = std::nullopt};
        if (parameter.name.empty()) return std::nullopt;
        if (take_char(list, '=')) {
            parameter.value = take_value(list);
            if (!parameter.value) return std::nullopt;
        }
        extension.parameters.push_back(std::move(parameter));
    }
    if (!list.empty() && list.front() != ',') return std::nullopt;
    skip_commas(list);
    return extension;
}

}  // namespace patchbay::websocket
