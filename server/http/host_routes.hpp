// Routers by the host that a request names. Built with the routes, then immutable: any thread may read it.
#pragma once

#include "http/router.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay {

class HostRoutes {
public:
    /// `host` is a name in lower case; or "*." and the end of names, which then have at least a label more.
    void add(std::string host, Router router) {
        routers_.insert_or_assign(std::move(host), std::move(router));
    }

    bool empty() const noexcept { return routers_.empty(); }

    /// The router for the value of a Host header, whatever its case and port: that of the name itself, or of
    /// the longest end; null when there is none. Allocates nothing.
    const Router* find(std::string_view host) const noexcept;

private:
    std::map<std::string, Router, std::less<>> routers_;
};

}  // namespace patchbay
