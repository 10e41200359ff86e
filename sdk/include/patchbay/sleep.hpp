// Waiting without holding a thread.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <chrono>

namespace patchbay {

/// Suspends the task for at least `duration`. The loop serves others meanwhile.
/// Errors: boost::system::system_error(operation_aborted) when the task is cancelled.
PATCHBAY_API Task<> sleep_for(std::chrono::nanoseconds duration);

/// Suspends the task until `time` has come.
PATCHBAY_API Task<> sleep_until(std::chrono::steady_clock::time_point time);

}  // namespace patchbay
