// The header fields that Response has a method for.
#include "field_syntax.hpp"
#include "header_rules.hpp"

#include <patchbay/response.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

bool lists(std::string_view fields, std::string_view name) {
    while (!fields.empty()) {
        const std::string_view field = detail::cut_part(fields, ',');
        if (field == "*" || detail::equal_ignoring_case(field, name)) return true;
    }
    return false;
}

// Milliseconds with three digits after the point.
std::string milliseconds_of(std::chrono::nanoseconds duration) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    std::string digits = std::to_string(1000 + micros % 1000).substr(1);
    return std::to_string(micros / 1000) + "." + digits;
}

}  // namespace

Response& Response::cookie(const Cookie& cookie) & { return header("Set-Cookie", to_string(cookie)); }

Response& Response::delete_cookie(Cookie cookie) & { return this->cookie(expired(std::move(cookie))); }

Response& Response::vary(std::string_view name) & {
    if (!detail::is_token(name))
        throw std::invalid_argument{"patchbay: '" + std::string{name} + "' is no header name"};
    const auto fields = find_header("Vary");
    if (!fields) return header("Vary", name);
    if (!lists(*fields, name)) {
        const auto end = static_cast<std::size_t>(fields->data() + fields->size() - headers_.data());
        headers_.insert(end, ", " + std::string{name});
    }
    return *this;
}

Response& Response::server_timing(std::string_view name, std::chrono::nanoseconds duration,
                                  std::string_view description) & {
    if (!detail::is_token(name) || duration < std::chrono::nanoseconds::zero())
        throw std::invalid_argument{
            "patchbay: a Server-Timing metric has a token for a name and no negative "
            "duration"};
    std::string metric = std::string{name} + ";dur=" + milliseconds_of(duration);
    if (!description.empty()) metric += ";desc=" + detail::quoted(description);
    return header("Server-Timing", metric);
}

}  // namespace patchbay
