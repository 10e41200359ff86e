// expect: patchbay: a Task is no condition: co_await it, and test what it gives
#include <patchbay/plugin.hpp>

using namespace patchbay;

Task<bool> allowed() { co_return false; }

Task<int> answer() {
#ifdef BROKEN
    if (allowed()) co_return 1;
#else
    const bool good = co_await allowed();
    if (good) co_return 1;
#endif
    co_return 0;
}
