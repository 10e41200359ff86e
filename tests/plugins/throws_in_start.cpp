// Can be constructed, but not started.
#include <patchbay/plugin.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers&) override {}
    void start() override { throw std::runtime_error{"start has failed"}; }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "throws_in_start");
