// The plugin's class: calls several URLs at once and reports how each of them went. One async handler; all of
// its state but the client's connections is constant.
#pragma once

#include "allow_list.hpp"

#include <patchbay/plugin.hpp>

namespace fanout {

class Fanout final : public patchbay::Plugin {
public:
    explicit Fanout(const patchbay::Settings& settings);

    void add_handlers(patchbay::Handlers& handlers) override;

private:
    struct Target {
        std::string url;  // as the caller wrote it
        patchbay::ClientRequest request;
    };

    patchbay::Task<patchbay::Response> fan_out(patchbay::Request& request);
    /// Never fails because of the server it calls.
    patchbay::Task<nlohmann::json> call(Target target);

    /// Errors: HttpError(400) or HttpError(403), before anything is called.
    std::vector<Target> targets_of(const patchbay::Request& request) const;

    const AllowList allowed_;
    const std::size_t max_calls_;  // in one request
    const patchbay::HttpClient client_;
};

}  // namespace fanout
