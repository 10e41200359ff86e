// expect: a member function needs its object: give a lambda that calls it
#include <patchbay/plugin.hpp>

using namespace patchbay;

struct Greeter {
    void look(Request&) {}
};

void declare(Handlers& handlers, Greeter& greeter) {
#ifdef BROKEN
    static_cast<void>(greeter);
    handlers.filter("look").before(&Greeter::look);
#else
    handlers.filter("look").before([&greeter](Request& request) { greeter.look(request); });
#endif
}
