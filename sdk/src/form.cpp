#include "form_encoding.hpp"

#include <patchbay/form.hpp>
#include <patchbay/http_error.hpp>

namespace patchbay {

Form Form::parse(std::string_view text) {
    if (const std::size_t at = detail::find_bad_escape(text); at != std::string_view::npos) {
        throw HttpError{
            http::status::bad_request,
            "the form has a '%' without two hexadecimal digits at byte " + std::to_string(at + 1)};
    }
    Pairs pairs;
    detail::for_each_pair(text, [&](std::string_view name, std::string_view value) {
        pairs.emplace_back(detail::decode_form(name), detail::decode_form(value));
        return false;
    });
    return Form{std::move(pairs)};
}

std::optional<std::string> Form::get(std::string_view name) const {
    for (const auto& [key, value] : pairs_)
        if (key == name) return value;
    return std::nullopt;
}

std::vector<std::string> Form::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : pairs_)
        if (key == name) values.push_back(value);
    return values;
}

}  // namespace patchbay
