// The cookies of a request. RFC 6265 §4.2.1 says what clients ought to send; what browsers and proxies do
// send has empty parts, values without a name, other characters and several lines, and is read all the same.
#include "field_syntax.hpp"

#include <patchbay/request.hpp>

namespace patchbay {
namespace {

using CookiePair = std::pair<std::string_view, std::string_view>;

// RFC 6265bis §5.8.3 writes a cookie without a name as its bare value.
CookiePair split_pair(std::string_view text) {
    const std::size_t equals = text.find('=');
    std::string_view name, value = text;
    if (equals != std::string_view::npos) {
        name = detail::trimmed(text.substr(0, equals));
        value = detail::trimmed(text.substr(equals + 1));
    }
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return {name, value};
}

// Calls visit(name, value) for each cookie until it returns true. Quotes don't hide a semicolon.
template <class Visit>
void for_each_cookie(std::span<const HeaderField> headers, Visit visit) {
    for (const HeaderField& field : headers) {
        if (field.id != http::field::cookie) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::string_view part = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(rest.size(), part.size() + 1));
            const std::string_view pair = detail::trimmed(part);
            if (pair.empty()) continue;
            const auto [name, value] = split_pair(pair);
            if (visit(name, value)) return;
        }
    }
}

}  // namespace

std::optional<std::string_view> Request::cookie(std::string_view name) const noexcept {
    std::optional<std::string_view> found;
    for_each_cookie(data_->headers, [&](std::string_view key, std::string_view value) {
        if (key != name) return false;
        found = value;
        return true;
    });
    return found;
}

std::vector<std::pair<std::string_view, std::string_view>> Request::cookies() const {
    std::vector<CookiePair> pairs;
    for_each_cookie(data_->headers, [&](std::string_view name, std::string_view value) {
        pairs.emplace_back(name, value);
        return false;
    });
    return pairs;
}

}  // namespace patchbay
