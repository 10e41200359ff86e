// expect: patchbay: a WebSocket's handler takes exactly two parameters, Request& and WebSocket&
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
Task<> talk(WebSocket& socket) { co_await socket.send("hello"); }
#else
Task<> talk(Request&, WebSocket& socket) { co_await socket.send("hello"); }
#endif

void add(Handlers& handlers) { handlers.websocket("talk", talk).route("GET /talk"); }
