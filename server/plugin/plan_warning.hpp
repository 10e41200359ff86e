// What of the configuration has no effect as things are: found by a plan of routes, said by the plugin
// manager.
#pragma once

#include <string>

namespace patchbay {

struct PlanWarning {
    std::string text;             ///< a sentence that says where
    std::string not_loaded = {};  ///< the plugin, when all that is wrong is that it is not there
    bool operator==(const PlanWarning&) const = default;
};

}  // namespace patchbay
