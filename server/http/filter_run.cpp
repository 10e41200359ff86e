#include "http/filter_run.hpp"

#include <algorithm>

namespace patchbay {

void FilterRun::begin(const FilterChain& chain, const Endpoint* chosen, unsigned loop) {
    chain_ = &chain;
    upgraded_ = false;
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
    count(held_.back(), 1);
}

void FilterRun::end() noexcept {
    for (const Held& held : held_) count(held, -1);
    held_.clear();
    host_answer.reset();
}

void FilterRun::upgrade() noexcept {
    for (const Held& held : held_) count(held, -1);
    upgraded_ = true;
    for (const Held& held : held_) count(held, 1);
}

// The WebSocket is counted by itself among those of its handler.
void FilterRun::count(const Held& held, long change) const noexcept {
    const ServedGeneration& generation = *held.generation;
    if (upgraded_ && held.generation == endpoint->generation) return;
    (upgraded_ ? generation.websockets : generation.requests).fetch_add(change, std::memory_order_relaxed);
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
