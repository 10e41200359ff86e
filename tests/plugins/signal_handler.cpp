// Takes a signal of the process and does not give it back.
#include <patchbay/plugin.hpp>

#include <csignal>

using namespace patchbay;

namespace {

void on_signal(int) {}

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text("signal_handler"); })
            .route("GET /sample");
    }
    void start() override { std::signal(SIGUSR2, on_signal); }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "signal_handler");
