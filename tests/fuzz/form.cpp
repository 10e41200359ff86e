// Queries and forms (application/x-www-form-urlencoded): what is decoded can be encoded and decoded again.
#include "form_encoding.hpp"
#include "target.hpp"

#include <patchbay/http_error.hpp>
#include <patchbay/request.hpp>

#include <optional>

namespace patchbay::fuzz {
namespace {

std::optional<Form::Pairs> parse(std::string_view text) {
    try {
        return Form::parse(text).pairs();
    } catch (const HttpError& error) {
        require(error.status() == http::status::bad_request, "a wrong form is a bad request");
        return std::nullopt;
    }
}

}  // namespace

void form(std::string_view input) {
    detail::RequestData data;
    data.query = input;
    const Request request{data};
    const Form::Pairs pairs = request.query_pairs();
    for (const auto& [name, value] : pairs) {
        const std::vector<std::string> all = request.query_all(name);
        require(request.query(name) == all.front(), "the first value is the first of all");
        std::size_t found = 0;
        for (const auto& [other, text] : pairs)
            if (other == name) require(all.at(found++) == text, "all values are there in order");
        require(found == all.size(), "no value is made up");
    }

    const auto strict = parse(input);
    const bool has_bad_escape = detail::find_bad_escape(input) != std::string_view::npos;
    require(strict.has_value() != has_bad_escape, "a form is refused for its escapes alone");
    if (strict) require(*strict == pairs, "a form is read as a query is");
    require(parse(detail::encode_form(pairs)) == pairs || pairs.empty(), "decode(encode(x)) == x");
    const std::string as_one = detail::encode_form({{std::string{input}, std::string{input}}});
    const Form::Pairs one{{std::string{input}, std::string{input}}};
    require(parse(as_one) == one, "any bytes survive");
}

}  // namespace patchbay::fuzz
