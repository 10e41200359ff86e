// How far an exchange with inner filters has come. Owned by the exchange; used by one thread at a time, the
// one that runs what is next: filters one after another, the handler, the filters in the reverse order, the
// body of a stream, and the end of what they attached to the request.
#pragma once

#include "http/published_routes.hpp"

#include <patchbay/detail/lease.hpp>
#include <patchbay/response.hpp>
#include <patchbay/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace patchbay {

class FilterRun {
public:
    enum class Phase : std::uint8_t { before, handler, after, stream, release };

    /// Holds every generation that has a part in it until end(). `endpoint` is null for an answer of the
    /// host's. On the connection's loop, whose hold on its routes makes the leases sound.
    void begin(const FilterChain& chain, const Endpoint* endpoint, unsigned loop);
    void end() noexcept;
    /// The request has become a WebSocket, and counts as one. On the connection's loop.
    void upgrade() noexcept;
    bool holds(const ServedGeneration& generation) const noexcept;
    /// Null when handlers of that generation may run anywhere.
    LoopThread* home_of(const detail::GenerationInfo& generation) const noexcept;

    const std::vector<InnerFilter>& steps() const noexcept { return chain_->inner; }
    const InnerFilter& step() const noexcept { return chain_->inner[at]; }
    /// The request is answered: only the filters entered see more of it.
    void answered(std::size_t filters_entered) noexcept {
        entered = filters_entered;
        at = steps().size();
        phase = Phase::after;
    }

    Phase phase = Phase::before;
    std::size_t at = 0;       ///< of the steps: the next `before`; then one more than the next `after`
    std::size_t entered = 0;  ///< whose `after` is due
    const Endpoint* endpoint = nullptr;
    std::optional<Response> host_answer;               ///< without an endpoint
    const ServedGeneration* source_owner = nullptr;    ///< whose code a stream of the answer is
    std::shared_ptr<const detail::BodySource> source;  ///< that it had before the `after` that runs
    std::optional<Response> answer;                    ///< of the `before` that runs
    Task<std::optional<Response>> before_task;
    Task<> after_task;

private:
    struct Held {
        const ServedGeneration* generation;
        detail::Lease lease;
    };
    void hold(const ServedGeneration& generation, unsigned loop);
    void count(const Held& held, long change) const noexcept;

    const FilterChain* chain_ = nullptr;
    std::vector<Held> held_;
    bool upgraded_ = false;
};

}  // namespace patchbay
