// What the current thread is to Patchbay: an event loop, an executor thread, or neither. Set by the host (or
// the test fakes) when the thread starts; the lease is set around every entry into a plugin's code.
#pragma once

#include <patchbay/detail/lease.hpp>
#include <patchbay/export.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>

namespace patchbay::detail {

class BlockingJob;

enum class ThreadKind : unsigned char { foreign, event_loop, executor, control };

struct ThreadState {
    ThreadKind kind = ThreadKind::foreign;
    const char* name = "";                    ///< e.g. "loop-0", "executor-3"; owned by the thread's creator
    boost::asio::io_context* loop = nullptr;  ///< the running loop, on an event loop thread only
    LeaseBlock* lease = nullptr;              ///< of the plugin whose code runs now, if any
    const BlockingJob* job = nullptr;         ///< that an executor thread is in the middle of
    bool in_handler = false;                  ///< a handler or task of a plugin is in the middle of its code
};

/// Lives in libpatchbay, which is always loaded at start-up, so the initial-exec model applies: two
/// instructions.
extern PATCHBAY_API constinit thread_local ThreadState thread_state [[gnu::tls_model("initial-exec")]];

/// The step of a handler or task that the thread is in the middle of. Written by the thread itself, read by
/// any.
struct StepTrace {
    std::atomic<LeaseBlock*> lease{nullptr};  ///< of its plugin; to compare, not to follow: it may be gone
    std::atomic<std::uint32_t> changes{0};    ///< steps that began or ended, so that two are told apart

    void set(LeaseBlock* of_step) noexcept {
        lease.store(of_step, std::memory_order_relaxed);
        changes.store(changes.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
};
extern PATCHBAY_API constinit thread_local StepTrace step_trace [[gnu::tls_model("initial-exec")]];

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

/// The same around a handler, or a step of a task: until it returns or awaits, nothing resumes another task.
class HandlerScope {
public:
    explicit HandlerScope(LeaseBlock* lease) noexcept
        : lease_{lease},
          previous_{std::exchange(thread_state.in_handler, true)},
          previous_step_{step_trace.lease.load(std::memory_order_relaxed)} {
        step_trace.set(lease);
    }
    ~HandlerScope() {
        step_trace.set(previous_step_);
        thread_state.in_handler = previous_;
    }
    HandlerScope(const HandlerScope&) = delete;
    HandlerScope& operator=(const HandlerScope&) = delete;

private:
    LeaseScope lease_;
    bool previous_;
    LeaseBlock* previous_step_;
};

}  // namespace patchbay::detail
