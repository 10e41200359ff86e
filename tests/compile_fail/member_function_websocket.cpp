// expect: a member function needs its object: give a lambda that calls it
#include <patchbay/plugin.hpp>

using namespace patchbay;

struct Echo {
    Task<> talk(Request&, WebSocket&) { co_return; }
};

void declare(Handlers& handlers, Echo& echo) {
#ifdef BROKEN
    static_cast<void>(echo);
    handlers.websocket("talk", &Echo::talk);
#else
    handlers.websocket("talk",
                       [&echo](Request& request, WebSocket& socket) { return echo.talk(request, socket); });
#endif
}
