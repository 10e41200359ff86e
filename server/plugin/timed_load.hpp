// Runs a load with a time limit on a thread of its own, since a plugin's constructor may hang and can't be
// interrupted.
#pragma once

#include "plugin/generation.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>

namespace patchbay {

/// The load has not returned in time, or before it was asked to stop.
class LoadTimedOut final : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The result of `load`, or its exception as a std::runtime_error. Errors: LoadTimedOut when it has not
/// returned after `limit`, or a second after `stop`; the thread is then left to itself, and on_late is called
/// on it once it does return, with what it brought (null when it threw).
std::shared_ptr<Generation> load_within(std::chrono::milliseconds limit, const std::stop_token& stop,
                                        std::function<std::shared_ptr<Generation>()> load,
                                        std::function<void(std::shared_ptr<Generation>)> on_late);

}  // namespace patchbay
