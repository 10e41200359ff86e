// Which filters stand before which route: those of the configuration and those that plugins declare, one
// chain for each list of names. Used by the route plan, on the thread that makes it.
#pragma once

#include "config/config.hpp"
#include "http/filters/filter_set.hpp"
#include "http/published_routes.hpp"
#include "plugin/generation.hpp"
#include "plugin/plan_warning.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace patchbay {

class FilterPlan {
public:
    struct Chain {
        std::string names;                   ///< "site, sessions.user"
        const FilterChain* chain = nullptr;  ///< null when there are none
    };

    /// Lifetime: all outlive the plan; the chains are those of `routes`, and name its generations.
    FilterPlan(const Config& config, const FilterSet& filters,
               const std::vector<std::shared_ptr<Generation>>& generations, PublishedRoutes& routes)
        : config_{config}, filters_{filters}, generations_{generations}, routes_{routes} {}

    /// Adds an error for each name in use, of the configuration or of a handler, that its plugin does not
    /// have, and a warning for each whose plugin is not loaded.
    void check(std::vector<std::string>& errors, std::vector<PlanWarning>& warnings) const;

    /// The global filters, then these, then the handler's own; of a name that comes twice the first.
    const Chain& chain_for(const std::vector<FilterReference>& references, const std::string& plugin = {},
                           const std::vector<std::string>& own = {});

private:
    void check_reference(const FilterReference& reference, std::vector<std::string>& errors,
                         std::vector<PlanWarning>& warnings) const;
    void check_own(const Generation& generation, std::vector<std::string>& errors) const;
    const Generation* find(const std::string& plugin) const noexcept;
    InnerFilter inner(const std::string& name) const;

    const Config& config_;
    const FilterSet& filters_;
    const std::vector<std::shared_ptr<Generation>>& generations_;
    PublishedRoutes& routes_;
    std::deque<Chain> chains_;
};

}  // namespace patchbay
