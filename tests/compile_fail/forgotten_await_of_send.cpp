// expect: this does nothing until it is awaited
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<> talk(Request&, WebSocket& socket) {
#ifdef BROKEN
    socket.send("hello");
#else
    co_await socket.send("hello");
#endif
    co_return;
}

void add(Handlers& handlers) { handlers.websocket("talk", talk).route("GET /talk"); }
