#include "runtime/thread_local_destructors.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <dlfcn.h>
#include <list>
#include <mutex>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace patchbay {
namespace {

using Destructor = void (*)(void*);
using Register = int (*)(Destructor, void*, void*);

struct Record {
    Destructor destroy;
    void* object;
    std::uintptr_t library;
};

struct ThreadRecords {
    int thread_id = 0;
    std::mutex mutex;  // others only count; the owner alone adds and removes
    std::vector<Record> records;
};

struct Watched {
    std::atomic<std::uintptr_t> low{0};
    std::atomic<std::uintptr_t> high{0};
};

// Read by the hook without a lock: an entry's low is published last and withdrawn first.
std::array<Watched, 1024> watched;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

std::mutex& threads_mutex() {
    static std::mutex mutex;
    return mutex;
}
std::list<ThreadRecords>& threads() {
    static std::list<ThreadRecords> all;
    return all;
}

constinit thread_local ThreadRecords* own_records = nullptr;

bool is_watched(std::uintptr_t address) noexcept {
    return std::any_of(watched.begin(), watched.end(), [address](const Watched& entry) {
        const std::uintptr_t low = entry.low.load(std::memory_order_acquire);
        return low != 0 && address >= low && address < entry.high.load(std::memory_order_relaxed);
    });
}

bool record(Destructor destroy, void* object, void* library) {
    const auto address = reinterpret_cast<std::uintptr_t>(library);
    if (!own_records || !is_watched(address)) return false;
    const std::scoped_lock lock{own_records->mutex};
    own_records->records.push_back({destroy, object, address});
    return true;
}

// A destructor may touch thread_local objects that register themselves anew, so look again after each.
template <class Matches>
std::size_t run_matching(ThreadRecords& own, Matches matches) {
    for (std::size_t ran = 0;; ++ran) {
        Record last{};
        {
            const std::scoped_lock lock{own.mutex};
            const auto found = std::find_if(own.records.rbegin(), own.records.rend(), matches);
            if (found == own.records.rend()) return ran;
            last = *found;
            own.records.erase(std::next(found).base());
        }
        last.destroy(last.object);
    }
}

}  // namespace

ThreadLocalRecords::ThreadLocalRecords() {
    const std::scoped_lock lock{threads_mutex()};
    own_records = &threads().emplace_back();
    own_records->thread_id = static_cast<int>(::syscall(SYS_gettid));
}

ThreadLocalRecords::~ThreadLocalRecords() {
    ThreadRecords* own = own_records;
    run_matching(*own, [](const Record&) { return true; });
    own_records = nullptr;
    const std::scoped_lock lock{threads_mutex()};
    threads().remove_if([own](const ThreadRecords& entry) { return &entry == own; });
}

bool watch_thread_locals(AddressRange library) noexcept {
    for (Watched& entry : watched) {
        std::uintptr_t free = 0;
        // The high end doubles as the claim on the entry.
        if (!entry.high.compare_exchange_strong(free, library.high)) continue;
        entry.low.store(library.low, std::memory_order_release);
        return true;
    }
    return false;
}

void unwatch_thread_locals(AddressRange library) noexcept {
    for (Watched& entry : watched) {
        if (entry.low.load(std::memory_order_acquire) != library.low) continue;
        entry.low.store(0, std::memory_order_release);
        entry.high.store(0, std::memory_order_release);
    }
}

std::size_t run_thread_local_destructors(AddressRange library) {
    if (!own_records) return 0;
    return run_matching(*own_records,
                        [library](const Record& entry) { return library.contains(entry.library); });
}

bool is_host_thread(int thread_id) {
    const std::scoped_lock lock{threads_mutex()};
    return std::any_of(threads().begin(), threads().end(),
                       [thread_id](const ThreadRecords& thread) { return thread.thread_id == thread_id; });
}

bool owes_thread_local_destructors(AddressRange library) {
    const std::scoped_lock lock{threads_mutex()};
    return std::any_of(threads().begin(), threads().end(), [library](ThreadRecords& thread) {
        const std::scoped_lock thread_lock{thread.mutex};
        return std::any_of(thread.records.begin(), thread.records.end(),
                           [library](const Record& entry) { return library.contains(entry.library); });
    });
}

}  // namespace patchbay

// Interposes glibc's function: the executable exports it (server/CMakeLists.txt), so every library binds to
// this one.
extern "C" __attribute__((visibility("default"))) int __cxa_thread_atexit_impl(void (*destroy)(void*),
                                                                               void* object, void* library) {
    static const auto glibc =
        reinterpret_cast<patchbay::Register>(dlsym(RTLD_NEXT, "__cxa_thread_atexit_impl"));
    if (patchbay::record(destroy, object, library)) return 0;
    return glibc(destroy, object, library);
}
