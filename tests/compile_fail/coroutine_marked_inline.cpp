// expect: a handler marked blocking or inline_ must be a plain function
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<Response> report(Request&) { co_return Response::text("report"); }

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.inline_("report", report);
#else
    handlers.async("report", report);
#endif
}
