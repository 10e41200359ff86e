#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/thread_state.hpp>
#include <patchbay/event_loop.hpp>

#include <cstdio>
#include <string>

namespace patchbay {

namespace detail {

constinit thread_local ThreadState thread_state [[gnu::tls_model("initial-exec")]];
constinit thread_local StepTrace step_trace [[gnu::tls_model("initial-exec")]];

HostServices::~HostServices() = default;

}  // namespace detail

std::optional<EventLoop> event_loop() noexcept {
    const detail::ThreadState& state = detail::thread_state;
    if (state.kind != detail::ThreadKind::event_loop || !state.loop) return std::nullopt;
    return EventLoop{state.name, LoopExecutor{*state.loop, state.lease}};
}

std::string_view thread_name() noexcept { return detail::thread_state.name; }

void log(LogLevel level, std::string_view message) noexcept {
    if (const detail::LeaseBlock* lease = detail::thread_state.lease) {
        const detail::GenerationInfo& generation = lease->generation();
        if (generation.services) return generation.services->log(level, generation.plugin, message);
    }
    // No host on this thread: a unit test, or a thread of the plugin's own.
    std::string line;
    for (const char c : message) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        line += control ? '?' : c;
    }
    std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace patchbay
