// How a thread that waits in the middle of a job learns that the job is to stop: it looks up now and then, so
// that whoever stops it need not know what it waits for.
#pragma once

#include <chrono>

namespace patchbay::detail {

inline constexpr std::chrono::milliseconds stop_check{50};  ///< between two looks

/// Whether the job that the current thread is in the middle of is to stop. False on a thread without one.
bool asked_to_stop() noexcept;

}  // namespace patchbay::detail
