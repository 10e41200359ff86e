#include "field_syntax.hpp"
#include "header_rules.hpp"

#include <patchbay/media_type.hpp>

namespace patchbay {

std::optional<std::string_view> MediaType::parameter(std::string_view wanted) const& noexcept {
    for (const auto& [key, value] : parameters)
        if (detail::equal_ignoring_case(key, wanted)) return value;
    return std::nullopt;
}

bool MediaType::is_json() const noexcept {
    return name == "application/json" || name == "text/json" || name.ends_with("+json");
}

std::optional<MediaType> parse_media_type(std::string_view text) {
    const std::string_view name = detail::cut_part(text, ';');
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos || !detail::is_token(name.substr(0, slash)) ||
        !detail::is_token(name.substr(slash + 1))) {
        return std::nullopt;
    }
    MediaType type{detail::lower_case(name)};
    while (!text.empty()) {
        const std::string_view parameter = detail::cut_part(text, ';');
        if (parameter.empty()) continue;  // RFC 9110 §5.6.6 allows a semicolon too many
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos || !detail::is_token(parameter.substr(0, equals)))
            return std::nullopt;
        auto value = detail::token_or_quoted(parameter.substr(equals + 1));
        if (!value) return std::nullopt;
        type.parameters.emplace_back(detail::lower_case(parameter.substr(0, equals)), *std::move(value));
    }
    return type;
}

}  // namespace patchbay
