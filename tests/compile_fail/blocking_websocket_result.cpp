// expect: patchbay: a handler marked blocking_websocket must be a plain function
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
Task<> talk(Request&, BlockingWebSocket& socket) {
    socket.send("hello");
    co_return;
}
#else
void talk(Request&, BlockingWebSocket& socket) { socket.send("hello"); }
#endif

void add(Handlers& handlers) { handlers.blocking_websocket("talk", talk).route("GET /talk"); }
