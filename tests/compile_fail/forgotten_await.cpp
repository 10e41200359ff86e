// expect: a Task does nothing until it is awaited or spawned
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<> wait() {
#ifdef BROKEN
    sleep_for(10ms);
    co_return;
#else
    co_await sleep_for(10ms);
#endif
}
