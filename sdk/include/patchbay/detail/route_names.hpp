// Under which paths handlers are served, by the handlers' names: what Request::url_for() goes by. Made with
// each change of the routes and not changed afterwards; then any thread may read it.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>
#include <patchbay/route_pattern.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

/// Shared by the routes and by whoever answers for longer than they are served by.
class PATCHBAY_API RouteNames : public std::enable_shared_from_this<RouteNames> {
public:
    /// One more pattern of the handler, "plugin.handler"; the first that fits is taken.
    void add(const std::string& handler, const RoutePattern& pattern);

    /// The path with these values of its parameters, percent-encoded. Errors: std::invalid_argument with a
    /// sentence.
    std::string path_of(std::string_view handler, FieldList values) const;

private:
    std::map<std::string, std::vector<RoutePattern>, std::less<>> patterns_;
};

}  // namespace patchbay::detail
