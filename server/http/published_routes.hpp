// The routes as the event loops see them: immutable, built by the application for each change, and handed to
// every loop.
#pragma once

#include "http/error_pages.hpp"
#include "http/filters/filter.hpp"
#include "http/host_routes.hpp"
#include "http/router.hpp"
#include "runtime/executor_pool.hpp"
#include "runtime/loop_thread.hpp"

#include <patchbay/detail/route_names.hpp>
#include <patchbay/handlers.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace patchbay {

/// A generation of a plugin, as far as routes need it. It lives until every loop has let go of its lease
/// block.
struct ServedGeneration {
    detail::GenerationInfo* info = nullptr;
    std::vector<detail::LeaseBlock*> leases;  ///< one an event loop, by LoopThread::index()
    LoopThread* home = nullptr;               ///< null when handlers may run on any loop
    ExecutorShare* share = nullptr;
    mutable std::atomic<long> requests{0};    ///< that did not end at once and have not ended yet
    mutable std::atomic<long> websockets{0};  ///< whose handler, or filters' part in them, has not ended yet
    mutable std::atomic<bool> stopping{false};  ///< its requests were asked to stop
};

/// What an endpoint is called in the access log. The host's own text: a plugin's is gone before its last
/// answer is.
struct EndpointLabel {
    std::string route;
    std::string plugin;
    std::string handler;
};

/// A handler bound to a pattern, with the limits that apply there.
struct Endpoint {
    const detail::HandlerEntry* handler = nullptr;
    const ServedGeneration* generation = nullptr;
    std::size_t max_body = 0;             ///< bytes
    std::chrono::milliseconds timeout{};  ///< for the handler to end
    const EndpointLabel* label = nullptr;
    const FilterChain* filters = nullptr;  ///< of the routes; null when there are none
};

struct PublishedRoutes {
    Router router;
    HostRoutes hosts;                 ///< routes for one host, or several with one end, before the others
    std::vector<Endpoint> endpoints;  ///< by the router's endpoint numbers
    std::vector<std::shared_ptr<const ServedGeneration>> generations;
    std::deque<detail::HandlerEntry> host_handlers;  ///< those that belong to no plugin
    std::shared_ptr<detail::RouteNames> names =
        std::make_shared<detail::RouteNames>();  ///< of plugins' handlers
    std::deque<EndpointLabel> labels;            ///< of the endpoints
    std::deque<FilterChain> filter_chains;
    const FilterChain* global_filters =
        nullptr;  ///< of answers without an endpoint; null when there are none
    ErrorPages error_pages;
    std::chrono::milliseconds host_timeout{};  ///< for the filters of answers without an endpoint
    bool redirect_slashes = false;

    /// What takes the method at the path, for the request's host. Lifetime: as Router::match().
    RouteMatch match(http::verb method, std::string_view path, const detail::RequestData& request,
                     PathParams& params) const noexcept {
        return hosts.empty() ? router.match(method, path, params) : match_host(method, path, request, params);
    }
    /// The filters of what the router has found, or not found: those of the route that a CORS preflight asks
    /// for, when nothing takes OPTIONS there.
    const FilterChain* filters_of(const Endpoint* endpoint, const detail::RequestData& request) const;

private:
    RouteMatch match_host(http::verb method, std::string_view path, const detail::RequestData& request,
                          PathParams& params) const noexcept;
};

/// One loop's hold on the routes it serves by. Made and destroyed on any thread where the generations are
/// known to live; put in place and out of it on that loop's, which is what makes the lease sound: a request
/// starts only there, so none can start by routes that are out of place.
class RoutesHold {
public:
    RoutesHold() = default;
    RoutesHold(std::shared_ptr<const PublishedRoutes> routes, unsigned loop)
        : routes_{std::move(routes)}, loop_{loop} {
        for (const auto& generation : routes_->generations) generation->leases[loop_]->acquire();
    }
    RoutesHold(RoutesHold&&) = default;
    RoutesHold& operator=(RoutesHold&& other) noexcept {
        std::swap(routes_, other.routes_);
        std::swap(loop_, other.loop_);
        return *this;
    }
    ~RoutesHold() {
        if (!routes_) return;
        for (const auto& generation : routes_->generations) generation->leases[loop_]->release();
    }

    const std::shared_ptr<const PublishedRoutes>& get() const noexcept { return routes_; }

private:
    std::shared_ptr<const PublishedRoutes> routes_;
    unsigned loop_ = 0;
};

}  // namespace patchbay
