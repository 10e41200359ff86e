// Cross-origin resource sharing, as the Fetch standard has it (§3.3).
#pragma once

#include "config/filter_config.hpp"
#include "http/filters/filter.hpp"

#include <string>
#include <string_view>

namespace patchbay {

/// Preflights are answered here: 204 with what is allowed, 403 for another origin. Other answers to an
/// allowed origin say so, unless the handler did. Answers vary by Origin, unless every origin is allowed.
class CorsFilter final : public Filter {
public:
    explicit CorsFilter(const CorsConfig& config);

    std::optional<Response> preflight(const Request& request) const override;
    void after(const Request& request, Response& response) const override;

private:
    bool allows(std::string_view origin) const noexcept;
    void allow(std::string_view origin, Response& response) const;

    std::vector<std::string> origins_;
    bool any_origin_;
    bool credentials_;
    std::string methods_;
    std::string headers_;
    std::string expose_;
    std::string max_age_;  // seconds
};

}  // namespace patchbay
