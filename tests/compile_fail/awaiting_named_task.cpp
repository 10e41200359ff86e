// expect: a Task can be awaited only once, so give it away: co_await std::move(task)
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<> wait() {
    Task<> pause = sleep_for(10ms);
#ifdef BROKEN
    co_await pause;
#else
    co_await std::move(pause);
#endif
}
