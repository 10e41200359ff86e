// Counts what operator new hands out, a thread at a time.
#include "test_host.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t handed_out = 0;
thread_local bool nothing_to_post_with = false;

void* counted(std::size_t bytes, std::size_t alignment = 0) {
    ++handed_out;
    void* memory = alignment ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
                             : std::malloc(bytes ? bytes : 1);
    if (!memory) throw std::bad_alloc{};
    return memory;
}
}  // namespace

namespace patchbay::test {
std::size_t allocations() noexcept { return handed_out; }
NoMemoryToPost::NoMemoryToPost() noexcept { nothing_to_post_with = true; }
NoMemoryToPost::~NoMemoryToPost() { nothing_to_post_with = false; }
}  // namespace patchbay::test

// What Asio allocates functions with that are posted from outside its loops.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    void* memory = nullptr;
    return !nothing_to_post_with && ::posix_memalign(&memory, alignment, bytes) == 0 ? memory : nullptr;
}

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    ++handed_out;
    return std::malloc(bytes ? bytes : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

// libstdc++ is not instrumented, so ThreadSanitizer misses that the last of several holders of an exception,
// wherever it runs, comes after the others.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions() {
    return "race:std::__exception_ptr::exception_ptr::_M_release\nrace:std::runtime_error::~runtime_error\n"
           "race:std::logic_error::~logic_error\nrace:boost::system::system_error::~system_error\n";
}
