// The tables of the keys of filters, one a kind: the parser, the JSON Schema and docs/configuration.md come
// from them. Constant data; any thread.
#pragma once

#include "config/filter_config.hpp"
#include "config/keys.hpp"

#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace patchbay::detail {

template <class Settings>
struct FilterKind {
    std::string_view name;  // as the configuration says it
    std::string_view summary;
    std::span<const ConfigKey<Settings>> keys;
};

using FilterKinds =
    std::tuple<FilterKind<CorsConfig>, FilterKind<BasicAuthConfig>, FilterKind<BearerAuthConfig>,
               FilterKind<RateLimitConfig>, FilterKind<RequestIdConfig>, FilterKind<SecurityHeadersConfig>,
               FilterKind<CompressionConfig>>;

const FilterKinds& filter_kinds();

/// Calls visit(kind) for each of them, in order.
template <class Visit>
void for_each_filter_kind(Visit visit) {
    std::apply([&](const auto&... kind) { (visit(kind), ...); }, filter_kinds());
}

/// "cors", "basic_auth", ...
std::vector<std::string> filter_kind_names();

}  // namespace patchbay::detail
