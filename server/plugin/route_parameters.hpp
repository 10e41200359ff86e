// Whether a path of the configuration gives a handler the parameters it was written for. Stateless; any
// thread.
#pragma once

#include <patchbay/route_pattern.hpp>

#include <string>
#include <vector>

namespace patchbay {

/// A handler may read what all of its own routes have, `own`: a parameter that `bound` lacks, or one whose
/// type shares no value with the handler's (int and uuid), would be an error for each request. One phrase a
/// parameter, to stand behind the handler's name. None for a handler without routes of its own, which
/// promises nothing about what it reads.
std::vector<std::string> parameter_problems(const std::vector<RouteSpec>& own, const RoutePattern& bound);

}  // namespace patchbay
