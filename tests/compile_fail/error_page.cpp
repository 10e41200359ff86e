// expect: an error's page takes exactly two parameters, Request& and Response&
#include <patchbay/plugin.hpp>

using namespace patchbay;

void declare(Handlers& handlers) {
#ifdef BROKEN
    handlers.on_error(http::status::not_found, [](Request&) { return Response{}; });
#else
    handlers.on_error(http::status::not_found, [](Request&, Response& response) { response = Response{}; });
#endif
}
