// Runs a load with a time limit on a thread of its own, since a plugin's constructor may hang and can't be interrupted.
#pragma once

#include "plugin/generation.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace patchbay {

/// The result of `load`, or its exception. When it has not returned after `limit`: a std::runtime_error that says so;
/// the thread is left to itself, and what it still brings is given to on_late on that thread.
std::shared_ptr<Generation> load_within(std::chrono::milliseconds limit, std::function<std::shared_ptr<Generation>()> load,
                                        std::function<void(std::shared_ptr<Generation>)> on_late);

}  // namespace patchbay
