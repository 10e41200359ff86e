// The table that `patchbay routes` and `check` print. Stateless; any thread.
#pragma once

#include "plugin/route_plan.hpp"

#include <string>
#include <vector>

namespace patchbay {

/// A line of headings, then one for each route, in aligned columns; that of filters only if there are any.
std::string route_table(const std::vector<PlannedRoute>& routes);

}  // namespace patchbay
