// The exception by which a handler answers with an error status.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <nlohmann/json_fwd.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

/// Thrown by a handler, it becomes a response with this status and an RFC 9457 problem+json body whose detail
/// is `public_text`: write there only what the caller may read. Any other exception becomes a 500 with a
/// neutral text.
class PATCHBAY_API HttpError : public std::runtime_error {
public:
    /// Errors: std::invalid_argument for a status outside 300..599, which is no error.
    explicit HttpError(http::status status, std::string_view public_text = {});
    HttpError(const HttpError&);
    HttpError& operator=(const HttpError&);
    ~HttpError() override;

    http::status status() const noexcept { return status_; }

    /// Adds a response header, e.g. Retry-After. Errors: std::invalid_argument as Response::header().
    HttpError& header(std::string_view name, std::string_view value);
    const std::vector<std::pair<std::string, std::string>>& headers() const noexcept { return headers_; }

    /// Adds a member of one's own to the body (RFC 9457 §3.2), e.g. "balance". Errors: std::invalid_argument
    /// when the body has a member of that name by itself: type, title, status, detail, instance, error_id.
    HttpError& extension(std::string_view name, const nlohmann::json& value);
    /// Names, and values as JSON text.
    const std::vector<std::pair<std::string, std::string>>& extensions() const noexcept {
        return extensions_;
    }

private:
    http::status status_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<std::pair<std::string, std::string>> extensions_;
};

}  // namespace patchbay
