#include "header_rules.hpp"

#include <patchbay/client_response.hpp>
#include <patchbay/http_client_error.hpp>

#include <nlohmann/json.hpp>

namespace patchbay {

std::optional<std::string_view> ClientResponse::header(std::string_view name) const noexcept {
    for (const auto& [given, value] : headers_)
        if (detail::equal_ignoring_case(given, name)) return value;
    return std::nullopt;
}

std::optional<std::string_view> ClientResponse::header(http::field name) const noexcept {
    const auto text = http::to_string(name);
    return header(std::string_view{text.data(), text.size()});
}

nlohmann::json ClientResponse::json() const {
    nlohmann::json value = nlohmann::json::parse(body_, nullptr, false);
    if (!value.is_discarded()) return value;
    throw HttpClientError{HttpClientError::Kind::protocol, call_ + ": the answer's body is no JSON"};
}

}  // namespace patchbay
