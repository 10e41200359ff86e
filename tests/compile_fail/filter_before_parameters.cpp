// expect: a filter's before takes exactly one parameter, Request&
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.filter("user").before([](Request&, Response&) {});
#else
    handlers.filter("user").before([](Request&) {});
#endif
}
