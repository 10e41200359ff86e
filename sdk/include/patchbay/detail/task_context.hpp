// What a chain of coroutines shares: one for a request, for a branch of a group, for a detached task. It
// lives in whoever started the chain, outlives the chain's last step, and is used on the executor's loop
// thread only.
#pragma once

#include <patchbay/loop_executor.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <chrono>

namespace patchbay::detail {

struct RequestData;

struct TaskContext {
    LoopExecutor executor;
    asio::cancellation_signal signal;  ///< its slot belongs to the operation the chain waits for
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    const RequestData* request_data =
        nullptr;             ///< the one that the chain answers, if it does; outlives the chain
    bool cancelled = false;  ///< sticky: whatever is awaited from now on ends with operation_aborted
    bool cancelling =
        false;  ///< inside cancel(): an operation that ends right there goes on by way of the loop
    /// Called once when a chain that suspended has ended; not called for one that start() saw through to its
    /// end.
    void (*finished)(TaskContext&) noexcept = nullptr;

    void cancel() {
        cancelled = true;
        cancelling = true;
        signal.emit(asio::cancellation_type::terminal);
        cancelling = false;
    }
};

}  // namespace patchbay::detail
