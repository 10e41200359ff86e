// What a handler answers with. A value type; the host copies it out before the handler's plugin may be
// unloaded.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace patchbay {

/// Status, headers and body. Date, Server, Content-Length and Connection are the host's to write: setting
/// Content-Length, Transfer-Encoding, Connection or Keep-Alive here is an error.
class PATCHBAY_API Response {
public:
    /// 200 with an empty body and no Content-Type.
    Response() = default;
    explicit Response(http::status status) : status_{status} {}

    /// text/plain; charset=utf-8. Lifetime: every factory owns the body it is given.
    static Response text(std::string body) { return {std::move(body), text_type}; }
    /// text/html; charset=utf-8. Nothing is escaped.
    static Response html(std::string body) { return {std::move(body), html_type}; }
    /// application/json. Bytes that are not UTF-8 in its strings are replaced by U+FFFD.
    static Response json(const nlohmann::json& value);
    /// application/json from text that is JSON already.
    static Response json_text(std::string body) { return {std::move(body), json_type}; }
    /// Errors: std::invalid_argument as header().
    static Response bytes(std::string body, std::string_view content_type = "application/octet-stream");
    static Response bytes(std::span<const std::byte> body,
                          std::string_view content_type = "application/octet-stream");
    /// Location is sent as given: percent-encode it. Errors: std::invalid_argument when the status is not
    /// 301, 302, 303, 307 or 308, or as header().
    static Response redirect(std::string_view location, http::status status = http::status::found);

    /// Errors: std::invalid_argument for a status outside 200..599; informational ones are not a handler's to
    /// send.
    Response& status(http::status status) &;
    Response&& status(http::status status) && { return std::move(this->status(status)); }

    /// Adds a header line; a name may repeat (Set-Cookie).
    /// Errors: std::invalid_argument when the name is no token (RFC 9110 §5.6.2), when the value holds CR,
    /// LF, NUL or another control character but tab (RFC 9110 §5.5), or when the header is the host's to
    /// write.
    Response& header(std::string_view name, std::string_view value) &;
    Response&& header(std::string_view name, std::string_view value) && {
        return std::move(this->header(name, value));
    }
    Response& header(http::field name, std::string_view value) &;
    Response&& header(http::field name, std::string_view value) && {
        return std::move(this->header(name, value));
    }

    http::status status() const noexcept { return status_; }
    /// Empty when there is none.
    std::string_view content_type() const noexcept;
    const std::string& body() const noexcept { return body_; }
    std::string& body() noexcept { return body_; }
    /// The first header of that name, case-insensitively; Content-Type included.
    std::optional<std::string_view> find_header(std::string_view name) const noexcept;

    /// For whoever writes it to the wire: the Content-Type that one of the factories gave, and every added
    /// header as "Name: value\r\n".
    std::string_view factory_content_type() const noexcept { return content_type_; }
    std::string_view header_lines() const noexcept { return headers_; }

private:
    static const std::string_view text_type;  // literals of libpatchbay, which outlive every plugin
    static const std::string_view html_type;
    static const std::string_view json_type;

    Response(std::string body, std::string_view static_content_type)
        : body_{std::move(body)}, content_type_{static_content_type} {}

    http::status status_ = http::status::ok;
    std::string body_;
    std::string headers_;
    std::string_view content_type_;  // a literal of libpatchbay; any other type is one of the headers_
};

}  // namespace patchbay
