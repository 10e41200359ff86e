#include "http/filters/cors.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <chrono>

namespace patchbay {
namespace {

using http::field;

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

}  // namespace

CorsFilter::CorsFilter(const CorsConfig& config)
    : origins_{config.origins},
      any_origin_{config.origins == std::vector<std::string>{"*"}},
      credentials_{config.credentials},
      methods_{joined(config.methods)},
      headers_{joined(config.headers)},
      expose_{joined(config.expose)},
      max_age_{std::to_string(std::chrono::duration_cast<std::chrono::seconds>(config.max_age).count())} {}

std::optional<Response> CorsFilter::preflight(const Request& request) const {
    const std::string_view origin = request.header(field::origin).value_or("");
    if (!allows(origin))
        return problem(http::status::forbidden, "CORS: pages of this origin may not use this server.");
    Response response{http::status::no_content};
    allow(origin, response);
    if (!methods_.empty()) response.header(field::access_control_allow_methods, methods_);
    if (!headers_.empty()) response.header(field::access_control_allow_headers, headers_);
    response.header(field::access_control_max_age, max_age_);
    return response;
}

void CorsFilter::after(const Request& request, Response& response) const {
    if (!any_origin_) response.vary("Origin");
    const auto origin = request.header(field::origin);
    if (is_preflight(request) || response.find_header("Access-Control-Allow-Origin")) return;
    if (!any_origin_ && (!origin || !allows(*origin))) return;
    allow(origin.value_or(""), response);
    if (!expose_.empty()) response.header(field::access_control_expose_headers, expose_);
}

bool CorsFilter::allows(std::string_view origin) const noexcept {
    return any_origin_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

// With credentials every origin is named: browsers refuse "*" there (Fetch §3.3.5).
void CorsFilter::allow(std::string_view origin, Response& response) const {
    response.header(field::access_control_allow_origin, any_origin_ ? "*" : origin);
    if (credentials_) response.header(field::access_control_allow_credentials, "true");
}

}  // namespace patchbay
