// expect: a member function needs its object: give a lambda that calls it
#include <patchbay/plugin.hpp>

using namespace patchbay;

struct Greeter {
    Response hello(Request&) { return Response::text("hello"); }
};

void declare(Handlers& handlers, Greeter& greeter) {
#ifdef BROKEN
    static_cast<void>(greeter);
    handlers.inline_("hello", &Greeter::hello);
#else
    handlers.inline_("hello", [&greeter](Request& request) { return greeter.hello(request); });
#endif
}
