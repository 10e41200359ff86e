// expect: an exception's handler takes Request& and the exception as const&, and returns Response
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.on_exception<std::runtime_error>([](const std::runtime_error&) { return Response{}; });
#else
    handlers.on_exception<std::runtime_error>([](Request&, const std::runtime_error&) { return Response{}; });
#endif
}
