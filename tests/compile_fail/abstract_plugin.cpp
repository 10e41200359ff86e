// expect: the class given to PATCHBAY_PLUGIN must override add_handlers(Handlers&)
#include <patchbay/plugin.hpp>

using namespace patchbay;

class Greeter : public Plugin {
#ifdef BROKEN
public:
    virtual void add_handlers(Handlers&, int) {}
    using Plugin::add_handlers;
#else
public:
    void add_handlers(Handlers&) override {}
#endif
};
PATCHBAY_PLUGIN(Greeter, "greeter", "1.0.0");
