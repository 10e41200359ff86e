// A shared object with the entry points, but without PATCHBAY_PLUGIN.
extern "C" void* patchbay_plugin_create() { return nullptr; }
extern "C" void patchbay_plugin_destroy(void*) {}
