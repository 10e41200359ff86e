// Where in its way from a file to what serves a plugin was refused. Stateless; any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace patchbay {

/// Gives what `step` gives. Errors: std::runtime_error for what it throws, with the stage behind it:
/// "CAUSE · STAGE".
template <class Step>
auto at_stage(const char* stage, Step&& step) {
    try {
        return std::forward<Step>(step)();
    } catch (const std::exception& error) {
        throw std::runtime_error{error.what() + std::string{" · "} + stage};
    }
}

}  // namespace patchbay
