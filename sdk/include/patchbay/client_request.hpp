// What a handler sends by an HttpClient: a value, checked while it is put together, so that nothing in it can
// end a line of the message and begin another one (request splitting).
#pragma once

#include <patchbay/detail/body_text.hpp>
#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

class PATCHBAY_API ClientRequest {
public:
    /// `url` is complete and percent-encoded: "https://api.example.org/notes?limit=5". Its fragment is not
    /// sent. Errors: std::invalid_argument that says what is wrong: a URL that is malformed (RFC 3986), of
    /// another scheme than http and https, with a user name or password, or without a host; a method that is
    /// unknown, or CONNECT.
    ClientRequest(http::verb method, std::string_view url);

    /// Adds a parameter to the URL's query: any text, encoded here as a form's (WHATWG URL §5.2).
    ClientRequest& query(std::string_view name, std::string_view value) &;
    ClientRequest&& query(std::string_view name, std::string_view value) && {
        return std::move(this->query(name, value));
    }

    /// Adds a header line; a name may repeat, but a Content-Type replaces the one before. Errors:
    /// std::invalid_argument when the name is no token (RFC 9110 §5.6.2), when the value holds CR, LF, NUL or
    /// another control character but tab (RFC 9110 §5.5), or when the header is the client's to write: Host,
    /// what frames the message, Expect, and what is for one connection only (RFC 9110 §7.6.1).
    ClientRequest& header(std::string_view name, std::string_view value) &;
    ClientRequest&& header(std::string_view name, std::string_view value) && {
        return std::move(this->header(name, value));
    }
    ClientRequest& header(http::field name, std::string_view value) &;
    ClientRequest&& header(http::field name, std::string_view value) && {
        return std::move(this->header(name, value));
    }

    /// Replaces body and Content-Type. Errors: as header(), for the content type; std::invalid_argument for
    /// TRACE, which has no body (RFC 9110 §9.3.8).
    ClientRequest& body(detail::BodyText body, std::string_view content_type) &;
    ClientRequest&& body(detail::BodyText body, std::string_view content_type) && {
        return std::move(this->body(std::move(body), content_type));
    }
    /// application/json.
    ClientRequest& json(const nlohmann::json& value) &;
    ClientRequest&& json(const nlohmann::json& value) && { return std::move(this->json(value)); }

    /// In place of HttpClientOptions::timeout. Errors: std::invalid_argument unless it is positive.
    ClientRequest& timeout(std::chrono::nanoseconds limit) &;
    ClientRequest&& timeout(std::chrono::nanoseconds limit) && { return std::move(this->timeout(limit)); }

    http::verb method() const noexcept { return method_; }
    bool uses_tls() const noexcept { return tls_; }
    /// In lower case; an IPv6 address without brackets.
    const std::string& host() const noexcept { return host_; }
    /// The scheme's own where the URL names none.
    std::uint16_t port() const noexcept { return port_; }
    /// "https://api.example.org:8443"; the port only where it is not the scheme's own.
    std::string origin() const;
    /// Path and query as they are sent.
    const std::string& target() const noexcept { return target_; }
    const std::vector<std::pair<std::string, std::string>>& headers() const noexcept { return headers_; }
    /// The first header of that name, case-insensitively.
    std::optional<std::string_view> find_header(std::string_view name) const noexcept;
    const std::string& body() const noexcept { return body_; }
    std::string take_body() noexcept { return std::move(body_); }
    std::optional<std::chrono::nanoseconds> timeout() const noexcept { return timeout_; }
    /// The Host header: the origin without the scheme (RFC 9110 §7.2).
    std::string authority() const;

private:
    http::verb method_;
    bool tls_ = false;
    std::uint16_t port_ = 0;
    std::string host_;
    std::string target_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::string body_;
    std::optional<std::chrono::nanoseconds> timeout_;
};

}  // namespace patchbay
