// Needs what nobody has written into its settings.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

class Hazard final : public Plugin {
public:
    explicit Hazard(const Settings& settings) : port_{settings.require<unsigned short>("port")} {}
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [this](Request&) { return Response::text(std::to_string(port_)); })
            .route("GET /sample");
    }

private:
    unsigned short port_;
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "bad_settings");
