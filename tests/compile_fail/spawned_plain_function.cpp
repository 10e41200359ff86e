// expect: patchbay: what is spawned is a Task<>, or a callable that gives one
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
void refresh() {}
#else
Task<> refresh() { co_return; }
#endif

void begin() { spawn(refresh); }
