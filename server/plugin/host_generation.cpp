#include "plugin/host_generation.hpp"

#include <patchbay/detail/lease.hpp>

namespace patchbay {

HostGeneration::HostGeneration(detail::HostServices& host, const std::vector<LoopThread*>& loops) {
    plugin = "patchbay";
    services = &host;
    home_loop = &loops.front()->context();
    info = this;
    share = &executor_share;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        // Its own first count is never released.
        blocks_.push_back(std::make_unique<detail::LeaseBlock>(*this, [](detail::LeaseBlock&) noexcept {}));
        leases.push_back(blocks_.back().get());
    }
}

}  // namespace patchbay
