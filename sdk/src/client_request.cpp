#include "form_encoding.hpp"
#include "header_rules.hpp"

#include <patchbay/client_request.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace patchbay {
namespace {

namespace urls = boost::urls;

constexpr std::uint16_t http_port = 80, https_port = 443;
constexpr std::string_view content_type_header = "Content-Type";

// From the text: Boost 1.81's port_number() wraps around.
std::uint16_t port_of(const urls::url_view& url, bool tls) {
    if (!url.has_port() || url.port().empty()) return tls ? https_port : http_port;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(url.port().data(), url.port().data() + url.port().size(), port);
    if (error != std::errc{} || port == 0)
        throw std::invalid_argument{"the URL's port must be from 1 to 65535"};
    return port;
}

// A percent-encoded name could hold what no name may, and look like another.
std::string host_of(const urls::url_view& url) {
    if (url.has_userinfo()) throw std::invalid_argument{"the URL has a user name or password"};
    if (url.host().empty()) throw std::invalid_argument{"the URL has no host"};
    const std::string_view encoded{url.encoded_host().data(), url.encoded_host().size()};
    if (encoded.find('%') != std::string_view::npos)
        throw std::invalid_argument{"the URL's host is percent-encoded"};
    return detail::lower_case(url.host_address());
}

// Of the connection, or of the message's framing (RFC 9110 §7.6.1, RFC 9112 §6).
void check_not_of_the_client(std::string_view name) {
    static constexpr std::array<std::string_view, 10> of_the_client = {"Host",
                                                                       "Content-Length",
                                                                       "Transfer-Encoding",
                                                                       "Connection",
                                                                       "Keep-Alive",
                                                                       "Proxy-Connection",
                                                                       "Upgrade",
                                                                       "TE",
                                                                       "Trailer",
                                                                       "Expect"};
    for (const std::string_view reserved : of_the_client) {
        if (detail::equal_ignoring_case(name, reserved)) {
            throw std::invalid_argument{"patchbay: the header " + std::string{reserved} +
                                        " is written by the HttpClient"};
        }
    }
}

}  // namespace

ClientRequest::ClientRequest(http::verb method, std::string_view url) : method_{method} {
    if (method == http::verb::unknown || method == http::verb::connect)
        throw std::invalid_argument{"patchbay: an HttpClient sends no such method"};
    const auto parsed = urls::parse_uri({url.data(), url.size()});
    if (!parsed)
        throw std::invalid_argument{
            "the URL is not complete, or holds what must be percent-encoded: http://host/path?query"};
    tls_ = parsed->scheme_id() == urls::scheme::https;
    if (!tls_ && parsed->scheme_id() != urls::scheme::http)
        throw std::invalid_argument{"the URL is neither http:// nor https://"};
    host_ = host_of(*parsed);
    port_ = port_of(*parsed, tls_);
    const auto target = parsed->encoded_target();
    target_.assign(target.data(), target.size());
    if (!target_.starts_with('/')) target_.insert(0, 1, '/');
}

ClientRequest& ClientRequest::query(std::string_view name, std::string_view value) & {
    target_ += target_.find('?') == std::string::npos ? '?' : '&';
    target_ += detail::encode_form({{std::string{name}, std::string{value}}});
    return *this;
}

ClientRequest& ClientRequest::header(std::string_view name, std::string_view value) & {
    detail::check_field(name, value);
    check_not_of_the_client(name);
    if (detail::equal_ignoring_case(name, content_type_header)) {
        std::erase_if(headers_, [](const auto& field) {
            return detail::equal_ignoring_case(field.first, content_type_header);
        });
    }
    headers_.emplace_back(name, value);
    return *this;
}

ClientRequest& ClientRequest::header(http::field name, std::string_view value) & {
    const auto text = http::to_string(name);
    return header(std::string_view{text.data(), text.size()}, value);
}

ClientRequest& ClientRequest::body(detail::BodyText body, std::string_view content_type) & {
    if (method_ == http::verb::trace)
        throw std::invalid_argument{"patchbay: a TRACE request has no body (RFC 9110 §9.3.8)"};
    header(content_type_header, content_type);
    body_ = std::move(body.text);
    return *this;
}

ClientRequest& ClientRequest::json(const nlohmann::json& value) & {
    return body(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "application/json");
}

ClientRequest& ClientRequest::timeout(std::chrono::nanoseconds limit) & {
    if (limit <= 0ns || limit > 24h)
        throw std::invalid_argument{"patchbay: a ClientRequest's timeout must be positive, and at most 24h"};
    timeout_ = limit;
    return *this;
}

std::string ClientRequest::authority() const {
    const bool is_ipv6 = host_.find(':') != std::string::npos;
    std::string text = is_ipv6 ? '[' + host_ + ']' : host_;
    if (port_ != (tls_ ? https_port : http_port)) text.append(":").append(std::to_string(port_));
    return text;
}

std::string ClientRequest::origin() const { return (tls_ ? "https://" : "http://") + authority(); }

std::optional<std::string_view> ClientRequest::find_header(std::string_view name) const noexcept {
    for (const auto& [given, value] : headers_)
        if (detail::equal_ignoring_case(given, name)) return value;
    return std::nullopt;
}

}  // namespace patchbay
