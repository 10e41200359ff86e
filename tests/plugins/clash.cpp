// Another plugin that wants a route of sample's.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

class Clash final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("mine", [](Request&) { return Response::text("clash"); }).route("GET /sample");
    }
};

}  // namespace

PATCHBAY_PLUGIN(Clash, "clash", "1.0.0");
