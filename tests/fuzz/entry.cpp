// What libFuzzer calls. Compiled once a target, with its name as PATCHBAY_FUZZ_TARGET.
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    patchbay::fuzz::PATCHBAY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
