// expect: a handler marked async must be a coroutine that returns Task<Response>
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.async("report", [](Request&) { return Response::text("report"); });
#else
    handlers.blocking("report", [](Request&) { return Response::text("report"); });
#endif
}
