// expect: patchbay: a scheduled job gives a Task<>, or it is a plain function that gives nothing
#include <patchbay/plugin.hpp>

using namespace patchbay;

#ifdef BROKEN
int refresh() { return 1; }
#else
void refresh() {}
#endif

void begin() { spawn_every(5min, refresh); }
