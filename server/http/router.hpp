// Finds the endpoint for a method and a path. Built once by a RouterBuilder, then immutable: one Router
// belongs to one published route table and is read by all event loops at the same time without locks.
#pragma once

#include "http/router_literals.hpp"

#include <patchbay/route_pattern.hpp>

#include <boost/beast/http/verb.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

enum class RouteStatus : std::uint8_t { found, not_found, method_not_allowed };

struct RouteMatch {
    RouteStatus status = RouteStatus::not_found;
    std::uint32_t endpoint = 0;  ///< meaningful when found
    MethodSet allowed;  ///< when method_not_allowed: what every pattern matching the path takes together
};

namespace detail {

struct RouteSlice {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

struct RouteEntry {
    MethodSet methods;
    std::uint32_t endpoint = 0;
    RouteSlice names;  ///< of the parameters, in RouteTable::names
};

/// A place in the tree of segments: one step down for each segment of the path.
struct RouteNode {
    std::uint32_t integer = no_index;  ///< the child for an {x:int} segment, and so on
    std::uint32_t uuid = no_index;
    std::uint32_t text = no_index;
    bool has_literals = false;
    RouteSlice here;  ///< entries for a path that ends here
    RouteSlice rest;  ///< entries for a {x:path} parameter that begins here
};

struct RouteTable {
    /// Stands as the node from which whole paths of patterns without parameters are looked up.
    static constexpr std::uint32_t whole_paths = no_index - 1;

    std::vector<RouteNode> nodes;  ///< the root is the first; none means no routes
    std::vector<RouteEntry> entries;
    std::vector<std::string> names;
    RouterLiterals literals;
    std::size_t depth = 0;  ///< segments of the longest pattern
};

}  // namespace detail

class Router {
public:
    Router() = default;  ///< without routes
    explicit Router(detail::RouteTable table) noexcept : table_{std::move(table)} {}

    /// The route whose pattern is the most specific of those that match `path` and take `method`. Patterns
    /// compare segment by segment from the left: literal, int, uuid, text, path. A route for GET also takes
    /// HEAD (RFC 9110 9.3.2) unless one for HEAD has the same shape, and `allowed` then names both.
    ///
    /// `path` is as parse_target() gives it; one that does not begin with '/' is not found. `params` gets the
    /// names of the pattern found, else it is emptied.
    ///
    /// Cost: allocates nothing. Looks at each node of the route tree at most once, and once more at that of a
    /// literal path: no path costs more than the routes there are. Without overlapping parameters it takes
    /// one step a segment, however many routes there are.
    ///
    /// Lifetime: `params` views this router and `path`.
    RouteMatch match(boost::beast::http::verb method, std::string_view path,
                     PathParams& params) const noexcept;

private:
    detail::RouteTable table_;
};

}  // namespace patchbay
