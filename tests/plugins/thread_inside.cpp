// Leaves a thread behind that never leaves the plugin's code.
#include <patchbay/plugin.hpp>

#include <thread>

using namespace patchbay;

namespace {

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text("thread_inside"); })
            .route("GET /sample");
    }
    void start() override {
        std::thread{[] {
            for (;;) std::this_thread::sleep_for(50ms);
        }}.detach();
    }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "thread_inside");
