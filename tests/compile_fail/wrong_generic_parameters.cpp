// expect: a handler takes exactly one parameter, Request&; if this one does, its body has an error
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.inline_("report", [](auto&, int) { return Response::text("report"); });
#else
    handlers.inline_("report", [](auto&) { return Response::text("report"); });
#endif
}
