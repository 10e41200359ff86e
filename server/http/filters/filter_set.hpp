// The filters that the configuration names. Made for each change of the configuration, on the thread that
// takes it; immutable, and its filters live on in the routes that use them.
#pragma once

#include "config/filter_config.hpp"
#include "http/filters/filter.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace patchbay {

class FilterSet {
public:
    FilterSet() = default;
    /// A filter that `previous` has with the same name and settings is taken over with its state, such as the
    /// buckets of a rate limit.
    FilterSet(std::vector<FilterConfig> filters, const FilterSet& previous);

    /// Null when there is none of that name.
    std::shared_ptr<const Filter> find(std::string_view name) const noexcept;

private:
    std::vector<FilterConfig> configs_;
    std::vector<std::shared_ptr<const Filter>> filters_;  // one for each of them
};

}  // namespace patchbay
