// The plugin's class: calls several URLs at once and reports how each of them went. One async handler; all of
// its state is constant once start() has returned.
#pragma once

#include "target.hpp"

#include <patchbay/plugin.hpp>

namespace fanout {

class Fanout final : public patchbay::Plugin {
public:
    explicit Fanout(const patchbay::Settings& settings);

    void add_handlers(patchbay::Handlers& handlers) override;
    void start() override;

private:
    patchbay::Task<patchbay::Response> fan_out(patchbay::Request& request);
    /// Never fails because of the server it calls. Lifetime: `target` outlives the Task.
    patchbay::Task<nlohmann::json> call(const Target& target);

    /// Errors: HttpError(400) or HttpError(403), before anything is called.
    std::vector<Target> targets_of(const patchbay::Request& request) const;

    AllowList allowed_;
    const std::chrono::milliseconds timeout_;  // of one call
    const std::size_t max_calls_;              // in one request
    const std::size_t max_body_;               // bytes of one answer
};

}  // namespace fanout
