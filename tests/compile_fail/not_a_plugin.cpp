// expect: the class given to PATCHBAY_PLUGIN must derive from patchbay::Plugin
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
class Greeter {
public:
    void add_handlers(Handlers&) {}
};
#else
class Greeter : public Plugin {
public:
    void add_handlers(Handlers&) override {}
};
#endif
PATCHBAY_PLUGIN(Greeter, "greeter", "1.0.0");
