#include "http/filters/answer_headers.hpp"

#include <algorithm>

namespace patchbay {

SecurityHeadersFilter::SecurityHeadersFilter(const SecurityHeadersConfig& config) {
    const std::pair<const char*, const std::string&> known[] = {
        {"Content-Security-Policy", config.content_security_policy},
        {"Cross-Origin-Opener-Policy", config.cross_origin_opener_policy},
        {"Cross-Origin-Resource-Policy", config.cross_origin_resource_policy},
        {"Permissions-Policy", config.permissions_policy},
        {"Referrer-Policy", config.referrer_policy},
        {"Strict-Transport-Security", config.strict_transport_security},
        {"X-Content-Type-Options", config.content_type_options},
        {"X-Frame-Options", config.frame_options}};
    for (const auto& [name, value] : known)
        if (!value.empty()) headers_.emplace_back(name, value);
    for (const auto& [name, value] : config.others)
        if (!value.empty()) headers_.emplace_back(name, value);
    Response bare;
    add_missing(bare);
    if (!bare.find_header("Content-Type")) lines_ = bare.header_lines();
}

void SecurityHeadersFilter::after(const Request&, Response& response) const {
    if (response.header_lines().empty() && !lines_.empty()) {
        response.add_header_lines(lines_);
    } else {
        add_missing(response);
    }
}

void SecurityHeadersFilter::add_missing(Response& response) const {
    for (const auto& [name, value] : headers_)
        if (!response.find_header(name)) response.header(name, value);
}

void RequestIdFilter::after(const Request& request, Response& response) const {
    if (response.find_header(header_)) return;
    const auto given = trust_ ? request.header(header_) : std::nullopt;
    response.header(header_, given && is_request_id(*given) ? std::string{*given} : request.id());
}

bool is_request_id(std::string_view text) noexcept {
    constexpr std::size_t longest = 128;
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"-._~+/=:@"}.find(c) != std::string_view::npos;
    });
}

}  // namespace patchbay
