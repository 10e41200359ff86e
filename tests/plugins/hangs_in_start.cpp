// Never gets ready.
#include <patchbay/plugin.hpp>

#include <unistd.h>

using namespace patchbay;

namespace {

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers&) override {}
    void start() override {
        log_warning("start() hangs");
        for (;;) ::pause();
    }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "hangs_in_start");
