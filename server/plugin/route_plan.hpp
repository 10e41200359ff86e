// Which handler answers where: the plugins' own routes, as the configuration rebinds, restricts or disables
// them. Values without threads or sockets; made by the plugin manager for each change.
#pragma once

#include "config/config.hpp"
#include "config/error.hpp"
#include "http/filters/filter_set.hpp"
#include "http/published_routes.hpp"
#include "plugin/generation.hpp"
#include "plugin/host_generation.hpp"
#include "plugin/plan_warning.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

/// One line of `patchbay routes`.
struct PlannedRoute {
    MethodSet methods;
    std::string pattern;
    std::string handler;    ///< "plugin.handler", or "static DIRECTORY"
    std::string_view kind;  ///< "async", "blocking", "inline" or "websocket"
    std::string where;      ///< "hello.cpp:21", or "patchbay.yaml:12:3" when the configuration binds it
    std::string filters{};  ///< "site, admin"
};

struct RoutePlan {
    std::shared_ptr<const PublishedRoutes> routes;  ///< null when there are errors
    std::vector<PlannedRoute> list;                 ///< sorted by pattern
    std::vector<std::string> errors;                ///< each a sentence that says where
    std::vector<PlanWarning> warnings;
};

/// A handler with entries in `config.routes` answers there and nowhere else: an entry without a path keeps
/// the handler's own patterns, one without methods its own methods; a disabled one gives it no route. Other
/// handlers keep their own routes. `host` serves the static directories and redirects. `filters` are those of
/// the configuration. Errors, as text in the plan: two handlers for the same requests, an entry for a handler
/// that its plugin doesn't have, a pattern that is none, a path without the parameters its handler reads
/// (parameter_problems). An entry for a plugin that isn't there is a warning.
RoutePlan plan_routes(const Config& config, const FilterSet& filters,
                      const std::vector<std::shared_ptr<Generation>>& generations,
                      const std::shared_ptr<const HostGeneration>& host);

/// The static directories that can't be opened now: mistakes of a new configuration. One that goes later is
/// none, since it may come back; meanwhile its requests fail and the log says why.
std::vector<ConfigProblem> unreachable_directories(const Config& config);

}  // namespace patchbay
