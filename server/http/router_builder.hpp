// Collects routes and makes a Router of them. Lives on one thread, at start-up or while a new route table is
// prepared, and is owned by whoever does that.
#pragma once

#include "http/router.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace patchbay {

/// One sentence for each route that claims what an earlier one has, naming both and who added them.
struct RouteClashes {
    std::vector<std::string> sentences;
};

class RouterBuilder {
public:
    /// `owner` says in messages where the route comes from: "plugin greeter", "patchbay.yaml:12".
    /// Preconditions: `methods` is not empty.
    void add(MethodSet methods, RoutePattern pattern, std::uint32_t endpoint, std::string owner);

    /// The order of the calls to add() never matters for what a Router matches.
    /// Errors: two routes clash when their patterns have the same shape (names of parameters make no
    /// difference) and some method is in both sets. All clashes are reported.
    boost::system::result<Router, RouteClashes> build() const;

private:
    struct Route {
        MethodSet methods;
        RoutePattern pattern;
        std::uint32_t endpoint = 0;
        std::string owner;
    };
    /// Routes of one shape, by their numbers in routes_.
    using Shape = std::vector<std::uint32_t>;

    void add_clashes(const Shape& shape, std::vector<std::string>& sentences) const;
    std::string describe(const Route& route) const;
    detail::RouteSlice add_entries(const Shape& shape, detail::RouteTable& table) const;

    std::vector<Route> routes_;
};

}  // namespace patchbay
