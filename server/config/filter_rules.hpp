// What no single key of a filter can tell: what is required, what excludes what, and secrets. Used by the
// filters reader.
#pragma once

#include "config/document.hpp"
#include "config/environment.hpp"

#include <filesystem>
#include <string>

namespace patchbay::detail {

struct FilterSource {
    const YamlNode& node;  // the mapping of the kind's keys, or nothing
    std::string path;      // "filters.site.cors"
    const std::filesystem::path& directory;
    const Environment& environment;
    ConfigProblems& problems;
};

// Each completes the settings, or adds problems.
void complete(CorsConfig& settings, const FilterSource& source);
void complete(BasicAuthConfig& settings, const FilterSource& source);
void complete(BearerAuthConfig& settings, const FilterSource& source);
void complete(RateLimitConfig& settings, const FilterSource& source);
void complete(RequestIdConfig& settings, const FilterSource& source);
void complete(SecurityHeadersConfig& settings, const FilterSource& source);
void complete(CompressionConfig& settings, const FilterSource& source);

}  // namespace patchbay::detail
