// An inline variable becomes an STB_GNU_UNIQUE symbol, which pins the file, unless -fno-gnu-unique forbids
// it.
#include <patchbay/descriptor.hpp>

PATCHBAY_DESCRIPTOR("sample", "1.2.3", patchbay::Concurrency::home_loop)

namespace sample {
inline int calls = 0;
}

extern "C" void* patchbay_plugin_create() { return &++sample::calls; }
extern "C" void patchbay_plugin_destroy(void*) {}
