// expect: a filter's before returns nothing or std::optional<Response>, or is a coroutine that returns Task<>
// or
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.filter("user").before([](Request&) { return Response::text("no"); });
#else
    handlers.filter("user").before([](Request&) -> std::optional<Response> { return Response::text("no"); });
#endif
}
