// Access to the event loop from handler code.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/loop_executor.hpp>

#include <optional>
#include <string_view>

namespace patchbay {

/// The event loop that runs the calling code.
class EventLoop {
public:
    EventLoop(std::string_view name, LoopExecutor executor) noexcept
        : name_{name}, executor_{std::move(executor)} {}

    /// "loop-0" and so on; valid as long as the process.
    std::string_view name() const noexcept { return name_; }
    /// Construct timers and sockets with it; it keeps the plugin's generation mapped.
    const LoopExecutor& executor() const noexcept { return executor_; }

private:
    std::string_view name_;
    LoopExecutor executor_;
};

/// The running event loop in an async or inline handler; nothing on any other thread, a blocking handler's
/// included.
PATCHBAY_API std::optional<EventLoop> event_loop() noexcept;

/// "loop-0", "executor-3", ...; empty on a thread that the host doesn't know.
PATCHBAY_API std::string_view thread_name() noexcept;

}  // namespace patchbay
