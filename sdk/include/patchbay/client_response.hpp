// What an HttpClient's call gives: a value that has nothing more to do with the connection it came by.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

/// Any status is an answer, also 404 and 503: see ok().
class PATCHBAY_API ClientResponse {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    /// `call` is what HttpClientError's texts begin with, "GET https://api.example.org".
    ClientResponse(std::string call, unsigned status, Headers headers, std::string body) noexcept
        : call_{std::move(call)}, status_{status}, headers_{std::move(headers)}, body_{std::move(body)} {}

    /// Of three digits; not only those that http::status has a name for.
    http::status status() const noexcept { return static_cast<http::status>(status_); }
    unsigned status_code() const noexcept { return status_; }
    /// Whether the status is one of 200 to 299.
    bool ok() const noexcept { return status_ / 100 == 2; }

    /// The first header of that name, case-insensitively.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
    std::optional<std::string_view> header(http::field name) const noexcept;
    /// As received, without trailer fields.
    const Headers& headers() const noexcept { return headers_; }

    /// Without chunked coding; a Content-Encoding is left as it is.
    const std::string& body() const noexcept { return body_; }
    std::string& body() noexcept { return body_; }
    /// Errors: HttpClientError, protocol, when the body is no JSON, whatever its Content-Type is.
    nlohmann::json json() const;

private:
    std::string call_;
    unsigned status_;
    Headers headers_;
    std::string body_;
};

}  // namespace patchbay
