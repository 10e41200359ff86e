#include "http/filters/filter_set.hpp"

#include "http/filters/answer_headers.hpp"
#include "http/filters/auth.hpp"
#include "http/filters/compression.hpp"
#include "http/filters/cors.hpp"
#include "http/filters/rate_limit.hpp"

#include <algorithm>
#include <utility>

namespace patchbay {
namespace {

std::shared_ptr<const Filter> make(const CorsConfig& config) { return std::make_shared<CorsFilter>(config); }
std::shared_ptr<const Filter> make(const BasicAuthConfig& config) {
    return std::make_shared<BasicAuthFilter>(config);
}
std::shared_ptr<const Filter> make(const BearerAuthConfig& config) {
    return std::make_shared<BearerAuthFilter>(config);
}
std::shared_ptr<const Filter> make(const RateLimitConfig& config) {
    return std::make_shared<RateLimitFilter>(config);
}
std::shared_ptr<const Filter> make(const RequestIdConfig& config) {
    return std::make_shared<RequestIdFilter>(config);
}
std::shared_ptr<const Filter> make(const SecurityHeadersConfig& config) {
    return std::make_shared<SecurityHeadersFilter>(config);
}
std::shared_ptr<const Filter> make(const CompressionConfig& config) {
    return std::make_shared<CompressionFilter>(config);
}

}  // namespace

FilterSet::FilterSet(std::vector<FilterConfig> filters, const FilterSet& previous)
    : configs_{std::move(filters)} {
    for (const FilterConfig& config : configs_) {
        const auto same = std::find(previous.configs_.begin(), previous.configs_.end(), config);
        filters_.push_back(
            same != previous.configs_.end()
                ? previous.filters_[static_cast<std::size_t>(same - previous.configs_.begin())]
                : std::visit([](const auto& settings) { return make(settings); }, config.settings));
    }
}

std::shared_ptr<const Filter> FilterSet::find(std::string_view name) const noexcept {
    for (std::size_t at = 0; at < configs_.size(); ++at)
        if (configs_[at].name == name) return filters_[at];
    return nullptr;
}

}  // namespace patchbay
