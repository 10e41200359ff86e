// The descriptor alone, of a plugin built with the headers of the SDK after this one.
#include <patchbay/descriptor.hpp>

namespace {

constexpr patchbay::PluginDescriptor of_the_next_sdk() {
    auto descriptor = patchbay::make_descriptor("sample", "1.2.3", patchbay::Concurrency::home_loop);
    descriptor.sdk_abi = patchbay::sdk_abi + 1;
    return descriptor;
}

}  // namespace

extern "C" {
extern const patchbay::detail::DescriptorNote next_sdk_note;
[[gnu::section(".note.patchbay"), gnu::used, gnu::aligned(4), PATCHBAY_PLAIN_NOTE]]
constinit const patchbay::detail::DescriptorNote next_sdk_note{.descriptor = of_the_next_sdk()};
}
