// expect: a handler marked blocking or inline_ must return Response
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.inline_("report", [](Request&) { return std::string{"report"}; });
#else
    handlers.inline_("report", [](Request&) { return Response::text("report"); });
#endif
}
