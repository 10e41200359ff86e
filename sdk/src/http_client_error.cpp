#include <patchbay/http_client_error.hpp>

namespace patchbay {

HttpClientError::HttpClientError(Kind kind, const std::string& text)
    : std::runtime_error{text}, kind_{kind} {}
HttpClientError::HttpClientError(const HttpClientError&) = default;
HttpClientError& HttpClientError::operator=(const HttpClientError&) = default;
HttpClientError::~HttpClientError() = default;

}  // namespace patchbay
