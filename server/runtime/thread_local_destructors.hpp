// The destructors of a plugin's thread_local objects, on the host's threads. glibc would keep a library
// mapped for as long as a thread that owes it such a destructor lives; here the host records them itself and
// runs them, each on its own thread, when the plugin's generation is retired.
//
// The registration hook is process-wide by nature (the C++ runtime calls one symbol), so it keeps global
// state.
#pragma once

#include <cstddef>
#include <cstdint>

namespace patchbay {

/// The addresses of a loaded library: [low, high).
struct AddressRange {
    std::uintptr_t low = 0;
    std::uintptr_t high = 0;

    bool contains(std::uintptr_t address) const noexcept { return address >= low && address < high; }
    bool contains(const void* address) const noexcept {
        return contains(reinterpret_cast<std::uintptr_t>(address));
    }
};

/// From its construction to its destruction the current thread records the destructors of watched libraries
/// instead of handing them to glibc. The destructor runs what is left.
class ThreadLocalRecords {
public:
    ThreadLocalRecords();
    ~ThreadLocalRecords();
    ThreadLocalRecords(const ThreadLocalRecords&) = delete;
    ThreadLocalRecords& operator=(const ThreadLocalRecords&) = delete;
};

/// Starts to watch a library. Call it before any of the library's code can run on a host thread; which is
/// right after dlopen, so objects that its static constructors touched on the loading thread stay glibc's.
/// Errors: false when too many libraries are watched (1,024).
[[nodiscard]] bool watch_thread_locals(AddressRange library) noexcept;
void unwatch_thread_locals(AddressRange library) noexcept;

/// Runs the current thread's recorded destructors of that library, in reverse order; gives how many ran.
std::size_t run_thread_local_destructors(AddressRange library);

/// Whether a thread of this process is one of the host's: one that has ThreadLocalRecords. Thread-safe.
bool is_host_thread(int thread_id);

/// Whether any host thread still owes the library a destructor. Thread-safe.
bool owes_thread_local_destructors(AddressRange library);

}  // namespace patchbay
