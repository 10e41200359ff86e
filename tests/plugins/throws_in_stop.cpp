// Begins in start() what lasts until it is asked to end, and fails in stop(). One of its handlers has no
// route.
#include <patchbay/plugin.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

Task<> last() { co_await sleep_for(1h); }

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text("throws_in_stop"); })
            .route("GET /sample");
        handlers.inline_("lost", [](Request&) { return Response::text("lost"); });
    }
    void start() override { spawn(last()); }
    void stop() override { throw std::runtime_error{"the farewell has failed"}; }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "throws_in_stop");
