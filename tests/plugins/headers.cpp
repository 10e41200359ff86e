// The plugin whose precompiled headers the test plugins share.
#include <patchbay/plugin.hpp>
