// Where a request is sent instead of a handler: by a route of the configuration, or for a slash too few or
// too many. Pure functions.
#pragma once

#include "http/published_routes.hpp"

#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

/// What is wrong with the target of a redirect whose route has this pattern; empty when nothing is.
std::string redirect_problem(std::string_view target, const RoutePattern& pattern);

/// `target` with what each {name} matched, percent-encoded, and the request's query behind it. One that
/// begins with '/' stays on this server, whatever was matched. Precondition: redirect_problem() finds none.
std::string redirect_location(std::string_view target, const Request& request);

/// 308 to the path with a slash at its end, or without the one that is there, if that has a route for the
/// method (RFC 9110 §15.4.9). Relative, so that it holds wherever a proxy mounts it, and leads to no other
/// server.
std::optional<Response> slash_redirect(const PublishedRoutes& routes, const detail::RequestData& request);

}  // namespace patchbay
