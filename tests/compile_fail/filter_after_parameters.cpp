// expect: a filter's after takes exactly two parameters, Request& and Response&
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.filter("user").after([](Response&) {});
#else
    handlers.filter("user").after([](Request&, Response&) {});
#endif
}
