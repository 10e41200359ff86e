#include "http/filter_run.hpp"

#include <algorithm>

namespace patchbay {

void FilterRun::begin(const FilterChain& chain, const Endpoint* chosen, unsigned loop) {
    chain_ = &chain;
    endpoint = chosen;
    phase = Phase::before;
    at = entered = 0;
    source_owner = nullptr;
    for (const InnerFilter& filter : chain.inner)
        if (filter.generation) hold(*filter.generation, loop);
    if (chosen) hold(*chosen->generation, loop);
}

void FilterRun::hold(const ServedGeneration& generation, unsigned loop) {
    if (holds(generation)) return;
    held_.push_back({&generation, detail::Lease{generation.leases[loop]}});
    generation.requests.fetch_add(1, std::memory_order_relaxed);
}

void FilterRun::end() noexcept {
    for (const Held& held : held_) held.generation->requests.fetch_sub(1, std::memory_order_relaxed);
    held_.clear();
    host_answer.reset();
}

bool FilterRun::holds(const ServedGeneration& generation) const noexcept {
    return std::any_of(held_.begin(), held_.end(),
                       [&](const Held& held) { return held.generation == &generation; });
}

LoopThread* FilterRun::home_of(const detail::GenerationInfo& generation) const noexcept {
    const auto found = std::find_if(held_.begin(), held_.end(),
                                    [&](const Held& held) { return held.generation->info == &generation; });
    return found == held_.end() ? nullptr : found->generation->home;
}

}  // namespace patchbay
