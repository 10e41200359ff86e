// Stands for a filter whose plugin is not loaded: what it guards stays shut. Owned by the routes that name
// it.
#pragma once

#include "http/filters/filter.hpp"

#include <patchbay/problem.hpp>

#include <optional>

namespace patchbay {

class UnavailableFilter final : public Filter {
public:
    std::optional<Response> before(const Request&) const override {
        return problem(http::status::service_unavailable, "A part of this service is not available now.")
            .header("Retry-After", "5");
    }
};

}  // namespace patchbay
