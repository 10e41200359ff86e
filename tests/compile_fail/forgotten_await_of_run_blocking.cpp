// expect: run_blocking does nothing until it is awaited
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<> wait() {
#ifdef BROKEN
    run_blocking([] {});
    co_return;
#else
    co_await run_blocking([] {});
#endif
}
