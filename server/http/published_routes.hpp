// The routes as the event loops see them: immutable, built by the application for each change, and handed to
// every loop.
#pragma once

#include "http/router.hpp"
#include "runtime/executor_pool.hpp"
#include "runtime/loop_thread.hpp"

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
    mutable std::atomic<long> requests{0};  ///< that did not end at once and have not ended yet
};

/// A handler bound to a pattern, with the limits that apply there.
struct Endpoint {
    const detail::HandlerEntry* handler = nullptr;
    const ServedGeneration* generation = nullptr;
    std::size_t max_body = 0;             ///< bytes
    std::chrono::milliseconds timeout{};  ///< for the handler to end
};

struct PublishedRoutes {
    Router router;
    std::vector<Endpoint> endpoints;  ///< by the router's endpoint numbers
    std::vector<std::shared_ptr<const ServedGeneration>> generations;
};

/// One loop's hold on the routes it serves by. Taken and let go on that loop's thread, which is what makes
/// the lease sound: a request starts only there, so none can start once the routes are let go.
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
