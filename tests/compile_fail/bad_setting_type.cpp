// expect: a setting is a std::string, bool, number or std::chrono duration
#include <patchbay/plugin.hpp>

using namespace patchbay;

std::size_t count(const Settings& settings) {
#ifdef BROKEN
    return settings.require<std::map<int, int>>("ports").size();
#else
    return settings.json("ports").size();
#endif
}
