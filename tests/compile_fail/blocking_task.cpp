// expect: patchbay: run_blocking takes a plain function; co_await a Task itself
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<int> work() { co_return 1; }

Task<int> answer() {
#ifdef BROKEN
    co_await run_blocking(work);
    co_return 0;
#else
    co_return co_await work();
#endif
}
