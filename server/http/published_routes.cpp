#include "http/published_routes.hpp"

namespace patchbay {

const FilterChain* PublishedRoutes::filters_of(const Endpoint* endpoint,
                                               const detail::RequestData& data) const {
    if (endpoint) return endpoint->filters;
    if (data.method != http::verb::options || filter_chains.empty()) return global_filters;
    detail::RequestData copy = data;
    const Request request{copy};
    if (!is_preflight(request)) return global_filters;
    const auto method = http::string_to_verb(*request.header(http::field::access_control_request_method));
    PathParams params;
    const RouteMatch found = match(method, data.path, data, params);
    return found.status == RouteStatus::found ? endpoints[found.endpoint].filters : global_filters;
}

RouteMatch PublishedRoutes::match_host(http::verb method, std::string_view path,
                                       const detail::RequestData& request,
                                       PathParams& params) const noexcept {
    const Router* of_host = nullptr;
    for (const HeaderField& field : request.headers)
        if (field.id == http::field::host) of_host = hosts.find(field.value);
    if (!of_host) return router.match(method, path, params);
    RouteMatch match = of_host->match(method, path, params);
    if (match.status == RouteStatus::found) return match;
    const RouteMatch other = router.match(method, path, params);
    if (other.status != RouteStatus::method_not_allowed)
        return other.status == RouteStatus::found ? other : match;
    match.status = other.status;
    match.allowed = match.allowed | other.allowed;
    return match;
}

}  // namespace patchbay
