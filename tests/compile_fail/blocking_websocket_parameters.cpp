// expect: patchbay: a blocking WebSocket's handler takes exactly two parameters
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
void talk(Request&, WebSocket& socket) { socket.close(); }
#else
void talk(Request&, BlockingWebSocket& socket) { socket.send("hello"); }
#endif

void add(Handlers& handlers) { handlers.blocking_websocket("talk", talk).route("GET /talk"); }
