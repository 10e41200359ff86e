// expect: a plugin's version is 1 to 31 printable characters without spaces
#include <patchbay/plugin.hpp>

using namespace patchbay;

class Greeter : public Plugin {
public:
    void add_handlers(Handlers&) override {}
};

#ifdef BROKEN
PATCHBAY_PLUGIN(Greeter, "greeter", "");
#else
PATCHBAY_PLUGIN(Greeter, "greeter", "1.0.0-rc.1");
#endif
