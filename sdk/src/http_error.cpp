#include "header_rules.hpp"

#include <patchbay/http_error.hpp>

namespace patchbay {

HttpError::HttpError(http::status status, std::string_view public_text)
    : std::runtime_error{public_text.empty() ? std::string{http::obsolete_reason(status)}
                                             : std::string{public_text}},
      status_{status} {}
HttpError::HttpError(const HttpError&) = default;
HttpError& HttpError::operator=(const HttpError&) = default;
HttpError::~HttpError() = default;

HttpError& HttpError::header(std::string_view name, std::string_view value) {
    detail::check_header(name, value);
    headers_.emplace_back(name, value);
    return *this;
}

}  // namespace patchbay
