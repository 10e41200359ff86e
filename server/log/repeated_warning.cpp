#include "log/repeated_warning.hpp"

#include "log/logger.hpp"

#include <new>

namespace patchbay {

void RepeatedWarning::note() noexcept {
    due_.count();
    const std::uint64_t times = due_.untold();
    if (times == 0) return;
    try {
        log_.warning(times == 1 ? text_
                                : text_ + " (" + std::to_string(times) + " times since the last such line)");
    } catch (const std::bad_alloc&) {
        log_.warning(text_);
    }
}

}  // namespace patchbay
