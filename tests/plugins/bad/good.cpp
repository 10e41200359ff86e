// The control: everything the gate asks of a plugin file. Its siblings each take one thing away.
#include <patchbay/descriptor.hpp>

#include <cstdlib>

PATCHBAY_DESCRIPTOR("sample", "1.2.3", patchbay::Concurrency::parallel)

extern "C" void* patchbay_plugin_create() { return std::malloc(1); }
extern "C" void patchbay_plugin_destroy(void* plugin) { std::free(plugin); }
