#include "plugin/audit.hpp"

#include <boost/asio/execution_context.hpp>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cxxabi.h>
#include <dlfcn.h>
#include <exception>
#include <execinfo.h>
#include <filesystem>
#include <memory>
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

std::string symbol_at(std::uintptr_t address) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(address), &info) == 0 || !info.dli_sname)
        return "a function without a name";
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name{
        abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status), &std::free};
    return name ? name.get() : info.dli_sname;
}

// One sample at a time; the handler runs on the thread that is looked at, perhaps long after anybody cared.
struct Sample {
    static constexpr int idle = 0;
    static constexpr int writing = -1;
    static constexpr int done = -2;

    std::array<void*, 64> frames{};
    int count = 0;
    std::atomic<int> state{idle};  // or the id of the thread that is asked for it
};
Sample sample;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal handler reaches
                // nothing else

int sample_signal() { return SIGRTMIN + 3; }

void on_sample_signal(int) {
    const int saved = errno;
    int wanted = static_cast<int>(::syscall(SYS_gettid));
    if (sample.state.compare_exchange_strong(wanted, Sample::writing, std::memory_order_acquire)) {
        // Unwinding a thread in the middle of a throw crashes; its sample stays empty.
        sample.count = std::uncaught_exceptions() > 0
                           ? 0
                           : ::backtrace(sample.frames.data(), static_cast<int>(sample.frames.size()));
        sample.state.store(Sample::done, std::memory_order_release);
    }
    errno = saved;
}

std::vector<std::uintptr_t> stack_of(pid_t thread) {
    static std::mutex one_at_a_time;
    const std::scoped_lock lock{one_at_a_time};
    sample.state.store(thread, std::memory_order_release);
    const bool asked = ::syscall(SYS_tgkill, ::getpid(), thread, sample_signal()) == 0;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds{200};
    while (sample.state.load(std::memory_order_acquire) != Sample::done) {
        int wanted = thread;
        if ((!asked || std::chrono::steady_clock::now() > limit) &&
            sample.state.compare_exchange_strong(wanted, Sample::idle)) {
            return {};
        }
        std::this_thread::yield();
    }
    std::vector<std::uintptr_t> addresses;
    for (int i = 0; i < sample.count; ++i) {
        addresses.push_back(reinterpret_cast<std::uintptr_t>(sample.frames[static_cast<std::size_t>(i)]));
    }
    return addresses;
}

}  // namespace

void prepare_thread_audit() {
    // The first backtrace() loads libgcc, which a signal handler must not.
    std::array<void*, 4> frames{};
    ::backtrace(frames.data(), static_cast<int>(frames.size()));
    struct sigaction action{};
    action.sa_handler = on_sample_signal;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigaction(sample_signal(), &action, nullptr);
}

std::vector<std::string> audit_services(asio::io_context& context, AddressRange range) {
    std::vector<std::string> findings;
    const auto* registry = context.*member(RegistryTag{});
    for (const auto* service = registry->*member(FirstServiceTag{}); service;
         service = service->*member(NextServiceTag{})) {
        const auto table = *reinterpret_cast<const std::uintptr_t*>(service);
        if (!range.contains(table)) continue;
        findings.push_back("an Asio service of its own on an event loop (" + symbol_at(table) +
                           "): use timers and sockets with Asio's own clocks and protocols");
    }
    return findings;
}

std::vector<std::string> audit_threads(AddressRange range) {
    std::vector<std::string> findings;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        const std::string name = entry.path().filename().string();
        pid_t thread = 0;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        if (thread <= 0 || is_host_thread(thread)) continue;
        for (const std::uintptr_t address : stack_of(thread)) {
            if (!range.contains(address)) continue;
            findings.push_back("thread " + name + " is still inside it, in " + symbol_at(address) +
                               ": join every thread in stop()");
            break;
        }
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
                           symbol_at(address) + ": restore the old one in stop()");
    }
    const auto terminate = reinterpret_cast<std::uintptr_t>(std::get_terminate());
    if (range.contains(terminate))
        findings.push_back("the terminate handler is its function " + symbol_at(terminate));
    return findings;
}

}  // namespace patchbay
