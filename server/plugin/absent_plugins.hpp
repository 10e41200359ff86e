// Finds what the configuration says of plugins that are not loaded. Stateless; any thread.
#pragma once

#include "config/config.hpp"
#include "plugin/generation.hpp"
#include "plugin/plan_warning.hpp"

#include <memory>
#include <vector>

namespace patchbay {

/// Adds a warning for each entry of `routes` and each of `settings` whose plugin is none of the generations',
/// with the name that it may have been meant to be.
void warn_of_absent_plugins(const Config& config, const std::vector<std::shared_ptr<Generation>>& generations,
                            std::vector<PlanWarning>& warnings);

}  // namespace patchbay
