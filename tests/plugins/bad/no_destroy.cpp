// One of the two entry points is missing.
#include <patchbay/descriptor.hpp>

PATCHBAY_DESCRIPTOR("sample", "1.2.3", patchbay::Concurrency::home_loop)

extern "C" void* patchbay_plugin_create() { return nullptr; }
