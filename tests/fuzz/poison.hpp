// Memory that must not be looked at for now: AddressSanitizer reports who does.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PATCHBAY_FUZZ_POISONS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define PATCHBAY_FUZZ_POISONS
#endif

#ifdef PATCHBAY_FUZZ_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace patchbay::fuzz {

inline void poison([[maybe_unused]] const char* begin, [[maybe_unused]] std::size_t size) {
#ifdef PATCHBAY_FUZZ_POISONS
    __asan_poison_memory_region(begin, size);
#endif
}

inline void unpoison([[maybe_unused]] const char* begin, [[maybe_unused]] std::size_t size) {
#ifdef PATCHBAY_FUZZ_POISONS
    __asan_unpoison_memory_region(begin, size);
#endif
}

}  // namespace patchbay::fuzz
