// expect: a filter's after changes the Response& it is given and returns nothing, or is a coroutine that
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.filter("user").after([](Request&, Response&) { return Response::text("other"); });
#else
    handlers.filter("user").after([](Request&, Response&) -> Task<> { co_return; });
#endif
}
