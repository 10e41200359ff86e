#include "json_body.hpp"

#include <patchbay/http_error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchbay::detail {
namespace {

constexpr std::size_t max_depth = 256;

// Offset of the bracket that opens one level too many, in text that need be no JSON; npos when none does.
std::size_t find_too_deep(std::string_view text) noexcept {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > max_depth) return i;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    throw HttpError{http::status::bad_request, std::string{what} + " at line " + std::to_string(line) +
                                                   ", column " + std::to_string(column)};
}

}  // namespace

nlohmann::json parse_json_body(std::string_view text) {
    if (const std::size_t at = find_too_deep(text); at != std::string_view::npos)
        refuse("the body is JSON that nests deeper than 256 levels", text, at);
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        refuse("the body is not JSON: the mistake is", text, error.byte > 0 ? error.byte - 1 : 0);
    } catch (const nlohmann::json::out_of_range&) {
        throw HttpError{http::status::bad_request, "the body is JSON with a number that is too large"};
    }
}

}  // namespace patchbay::detail
