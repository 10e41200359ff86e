// Marks the current thread as one of the host's: named, known to the SDK, and recording plugins' thread_local
// destructors. Lives on the thread's own stack for as long as the thread may run plugin code.
#pragma once

#include "runtime/thread_local_destructors.hpp"

#include <patchbay/detail/thread_state.hpp>

#include <string>

namespace patchbay {

class HostThread {
public:
    /// `name` must outlive the thread, since plugins may keep views of it; the kernel shows its first 15
    /// characters.
    HostThread(detail::ThreadKind kind, const std::string& name, boost::asio::io_context* loop = nullptr);
    ~HostThread();
    HostThread(const HostThread&) = delete;
    HostThread& operator=(const HostThread&) = delete;

private:
    detail::ThreadState previous_;
    ThreadLocalRecords records_;
};

}  // namespace patchbay
