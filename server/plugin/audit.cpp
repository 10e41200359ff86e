#include "plugin/audit.hpp"

#include "plugin/symbol_name.hpp"

#include <boost/asio/execution_context.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <exception>
#include <execinfo.h>
#include <filesystem>
#include <mutex>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace patchbay {
namespace {

namespace asio = boost::asio;

// Asio keeps its list of services private. An explicit instantiation may name private members ([temp.spec]),
// and hands them out through a friend function.
template <class Tag, typename Tag::type Member>
struct Expose {
    friend typename Tag::type member(Tag) { return Member; }
};
struct RegistryTag {
    using type = asio::detail::service_registry* asio::execution_context::*;
    friend type member(RegistryTag);
};
struct FirstServiceTag {
    using type = asio::execution_context::service* asio::detail::service_registry::*;
    friend type member(FirstServiceTag);
};
struct NextServiceTag {
    using type = asio::execution_context::service* asio::execution_context::service::*;
    friend type member(NextServiceTag);
};
template struct Expose<RegistryTag, &asio::execution_context::service_registry_>;
template struct Expose<FirstServiceTag, &asio::detail::service_registry::first_service_>;
template struct Expose<NextServiceTag, &asio::execution_context::service::next_>;

// One sample at a time; the handler runs on the thread that is looked at, perhaps long after anybody cared.
struct Sample {
    static constexpr int idle = 0;
    static constexpr int writing = -1;
    static constexpr int done = -2;

    std::array<void*, 512> frames{};
    int count = 0;                 // 0: could not be unwound
    std::atomic<int> state{idle};  // or the id of the thread that is asked for it
};
Sample sample;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal handler reaches
                // nothing else

int sample_signal() { return SIGRTMIN + 3; }

void on_sample_signal(int) {
    const int saved = errno;
    int wanted = static_cast<int>(::syscall(SYS_gettid));
    if (sample.state.compare_exchange_strong(wanted, Sample::writing, std::memory_order_acquire)) {
        // Unwinding a thread in the middle of a throw crashes.
        sample.count = std::uncaught_exceptions() > 0
                           ? 0
                           : ::backtrace(sample.frames.data(), static_cast<int>(sample.frames.size()));
        sample.state.store(Sample::done, std::memory_order_release);
    }
    errno = saved;
}

enum class StackVerdict { outside, inside, unknown };

struct StackFinding {
    StackVerdict verdict = StackVerdict::outside;
    std::uintptr_t address = 0;  // the innermost one inside
};

StackFinding judge_sample(AddressRange range) {
    const auto count = static_cast<std::size_t>(sample.count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto address = reinterpret_cast<std::uintptr_t>(sample.frames[i]);
        if (range.contains(address)) return {StackVerdict::inside, address};
    }
    const bool whole = count > 0 && count < sample.frames.size();
    return {whole ? StackVerdict::outside : StackVerdict::unknown, 0};
}

// Waits for the thread's answer until the limit, which a busy machine may need and a thread that blocks the
// signal uses up.
StackFinding sample_stack(pid_t thread, AddressRange range, std::chrono::steady_clock::time_point limit) {
    static std::mutex one_at_a_time;
    const std::scoped_lock lock{one_at_a_time};
    sample.state.store(thread, std::memory_order_release);
    const bool gone = ::syscall(SYS_tgkill, ::getpid(), thread, sample_signal()) != 0;
    while (sample.state.load(std::memory_order_acquire) != Sample::done) {
        int wanted = thread;
        if ((gone || std::chrono::steady_clock::now() > limit) &&
            sample.state.compare_exchange_strong(wanted, Sample::idle)) {
            return {gone ? StackVerdict::outside : StackVerdict::unknown, 0};
        }
        std::this_thread::yield();
    }
    return judge_sample(range);
}

// A thread in the middle of a throw can be looked at a moment later.
StackFinding look_into(pid_t thread, AddressRange range) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{1};
    StackFinding finding = sample_stack(thread, range, limit);
    while (finding.verdict == StackVerdict::unknown && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        finding = sample_stack(thread, range, limit);
    }
    return finding;
}

std::vector<pid_t> threads_of_process() {
    std::vector<pid_t> threads;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        const std::string name = entry.path().filename().string();
        pid_t thread = 0;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        if (thread > 0) threads.push_back(thread);
    }
    return threads;
}

}  // namespace

ThreadAudit::ThreadAudit() : older_{threads_of_process()} {
    // The first backtrace() loads libgcc, which a signal handler must not.
    std::array<void*, 4> frames{};
    ::backtrace(frames.data(), static_cast<int>(frames.size()));
    struct sigaction action{};
    action.sa_handler = on_sample_signal;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigaction(sample_signal(), &action, nullptr);
}

std::vector<std::string> ThreadAudit::findings(AddressRange range) const {
    std::vector<std::string> findings;
    for (const pid_t thread : threads_of_process()) {
        if (is_host_thread(thread) || std::find(older_.begin(), older_.end(), thread) != older_.end())
            continue;
        const std::string name = std::to_string(thread);
        const StackFinding finding = look_into(thread, range);
        if (finding.verdict == StackVerdict::inside) {
            findings.push_back("thread " + name + " is still inside it, in " + symbol_name(finding.address) +
                               ": join every thread in stop()");
        } else if (finding.verdict == StackVerdict::unknown) {
            findings.push_back(
                "thread " + name +
                ", which the host did not start, may be inside it: its stack can't be read, as "
                "it blocks signals or is too deep");
        }
    }
    return findings;
}

std::vector<std::string> audit_services(asio::io_context& context, AddressRange range) {
    std::vector<std::string> findings;
    const auto* registry = context.*member(RegistryTag{});
    for (const auto* service = registry->*member(FirstServiceTag{}); service;
         service = service->*member(NextServiceTag{})) {
        const auto table = *reinterpret_cast<const std::uintptr_t*>(service);
        if (!range.contains(table)) continue;
        findings.push_back("an Asio service of its own on an event loop (" + symbol_name(table) +
                           "): use timers and sockets with Asio's own clocks and protocols");
    }
    return findings;
}

std::vector<std::string> audit_handlers(AddressRange range) {
    std::vector<std::string> findings;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action{};
        if (::sigaction(number, nullptr, &action) != 0) continue;
        const auto address = reinterpret_cast<std::uintptr_t>(action.sa_handler);
        if (!range.contains(address)) continue;
        findings.push_back("the handler of signal " + std::to_string(number) + " is its function " +
                           symbol_name(address) + ": restore the old one in stop()");
    }
    const auto terminate = reinterpret_cast<std::uintptr_t>(std::get_terminate());
    if (range.contains(terminate))
        findings.push_back("the terminate handler is its function " + symbol_name(terminate));
    return findings;
}

}  // namespace patchbay
