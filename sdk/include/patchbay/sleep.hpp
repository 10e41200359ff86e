// Waiting without holding a thread.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <chrono>

namespace patchbay {

/// Suspends the task until `duration` has passed since the call. The loop serves others meanwhile.
/// Errors: boost::system::system_error(operation_aborted) when the task is cancelled.
PATCHBAY_API Task<> sleep_for(std::chrono::nanoseconds duration);

/// Suspends the task until `time` has come.
PATCHBAY_API Task<> sleep_until(std::chrono::steady_clock::time_point time);

}  // namespace patchbay
