// A warning that may be due many times a second.
#pragma once

#include "log/repeated_event.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace patchbay {

class Logger;

/// Written when it is due for the first time, and after that once a minute at most, with how often it was due
/// since. Thread-safety: note() may be called from any thread.
class RepeatedWarning {
public:
    /// The log outlives it.
    RepeatedWarning(Logger& log, std::string text, std::chrono::nanoseconds apart = std::chrono::minutes{1})
        : log_{log}, text_{std::move(text)}, due_{apart} {}

    void note() noexcept;

private:
    Logger& log_;
    const std::string text_;
    RepeatedEvent due_;
};

}  // namespace patchbay
