// Leaves its terminate handler behind.
#include <patchbay/plugin.hpp>

#include <cstdlib>
#include <exception>

using namespace patchbay;

namespace {

void on_terminate() { std::abort(); }

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text("terminate_handler"); })
            .route("GET /sample");
    }
    void start() override { std::set_terminate(on_terminate); }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "terminate_handler");
