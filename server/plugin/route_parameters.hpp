// Whether a path of the configuration gives a handler the parameters it was written for. Stateless; any
// thread.
#pragma once

#include <patchbay/route_pattern.hpp>

#include <string>
#include <vector>

namespace patchbay {

/// A handler counts on the parameters that all of its own routes, `own`, have. Gives a phrase for each that
/// `bound` lacks, and for each whose type there has no value in common with the handler's (int and uuid), to
/// stand behind the handler's name. A handler without routes of its own, or whose routes have no parameter in
/// common, takes any path.
std::vector<std::string> parameter_problems(const std::vector<RouteSpec>& own, const RoutePattern& bound);

}  // namespace patchbay
