// expect: a plugin's name is 1 to 63 of a-z, 0-9 and '_', the first a letter
#include <patchbay/plugin.hpp>

using namespace patchbay;

class Greeter : public Plugin {
public:
    void add_handlers(Handlers&) override {}
};

#ifdef BROKEN
PATCHBAY_PLUGIN(Greeter, "My Greeter", "1.0.0");
#else
PATCHBAY_PLUGIN(Greeter, "my_greeter", "1.0.0");
#endif
