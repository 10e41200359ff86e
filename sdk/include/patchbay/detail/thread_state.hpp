// What the current thread is to Patchbay: an event loop, an executor thread, or neither. Set by the host (or
// the test fakes) when the thread starts; the lease is set around every entry into a plugin's code.
#pragma once

#include <patchbay/detail/lease.hpp>
#include <patchbay/export.hpp>

#include <boost/asio/io_context.hpp>

namespace patchbay::detail {

enum class ThreadKind : unsigned char { foreign, event_loop, executor, control };

struct ThreadState {
    ThreadKind kind = ThreadKind::foreign;
    const char* name = "";                    ///< e.g. "loop-0", "executor-3"; owned by the thread's creator
    boost::asio::io_context* loop = nullptr;  ///< the running loop, on an event loop thread only
    LeaseBlock* lease = nullptr;              ///< of the plugin whose code runs now, if any
};

/// Lives in libpatchbay, which is always loaded at start-up, so the initial-exec model applies: two
/// instructions.
extern PATCHBAY_API constinit thread_local ThreadState thread_state [[gnu::tls_model("initial-exec")]];

/// Marks the current thread as running code of the lease's plugin, for as long as the scope lives.
class LeaseScope {
public:
    explicit LeaseScope(LeaseBlock* lease) noexcept : previous_{thread_state.lease} {
        thread_state.lease = lease;
    }
    ~LeaseScope() { thread_state.lease = previous_; }
    LeaseScope(const LeaseScope&) = delete;
    LeaseScope& operator=(const LeaseScope&) = delete;

private:
    LeaseBlock* previous_;
};

}  // namespace patchbay::detail
