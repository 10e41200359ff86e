// expect: a Task can co_await a Task, an Asio operation (give it use_task) or an asio::awaitable
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<> wait() {
#ifdef BROKEN
    co_await 10ms;
#else
    co_await sleep_for(10ms);
#endif
}
