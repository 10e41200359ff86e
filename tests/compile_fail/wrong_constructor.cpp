// expect: a plugin's constructor takes const Settings&, or nothing
#include <patchbay/plugin.hpp>

using namespace patchbay;

class Greeter : public Plugin {
public:
    void add_handlers(Handlers&) override {}
#ifdef BROKEN
    explicit Greeter(int) {}
#else
    explicit Greeter(const Settings&) {}
#endif
};
PATCHBAY_PLUGIN(Greeter, "greeter", "1.0.0");
