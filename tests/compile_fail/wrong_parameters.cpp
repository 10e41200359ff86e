// expect: a handler takes exactly one parameter, Request&
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.blocking("report", [](Request&, int) { return Response::text("report"); });
#else
    handlers.blocking("report", [](Request&) { return Response::text("report"); });
#endif
}
