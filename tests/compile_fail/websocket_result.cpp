// expect: patchbay: a WebSocket's handler must be a coroutine that returns Task<>
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
void talk(Request&, WebSocket& socket) { socket.close(); }
#else
Task<> talk(Request&, WebSocket& socket) { co_await socket.send("hello"); }
#endif

void add(Handlers& handlers) { handlers.websocket("talk", talk).route("GET /talk"); }
