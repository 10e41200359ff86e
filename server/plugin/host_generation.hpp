// What the host serves by itself, such as static directories: to the event loops and the executor it looks
// like one more generation of a plugin, which is never replaced.
#pragma once

#include "http/published_routes.hpp"

#include <patchbay/detail/generation_info.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace patchbay {

class HostGeneration final : public detail::GenerationInfo, public ServedGeneration {
public:
    /// Precondition: it outlives every request of its handlers, and every loop's hold on routes to them.
    HostGeneration(detail::HostServices& host, const std::vector<LoopThread*>& loops);

    /// Of the executor pool, to be sized like a plugin's.
    ExecutorShare executor_share;

private:
    std::vector<std::unique_ptr<detail::LeaseBlock>> blocks_;
};

}  // namespace patchbay
