#include "plugin/reaper.hpp"

#include "log/start_thread.hpp"
#include "runtime/host_thread.hpp"

#include <set>
#include <utility>

namespace patchbay {

Reaper::Reaper(std::vector<LoopThread*> loops, ExecutorPool& executor, OnReaped on_reaped)
    : loops_{std::move(loops)},
      executor_{executor},
      on_reaped_{std::move(on_reaped)},
      thread_{start_thread("reaper", [this] { thread_main(); })} {}

Reaper::~Reaper() { stop(); }

void Reaper::reap(std::shared_ptr<Generation> generation, std::chrono::milliseconds patience) {
    const std::scoped_lock lock{mutex_};
    drained_.push_back({std::move(generation), patience});
    changed_.notify_one();
}

void Reaper::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void Reaper::thread_main() {
    static const std::string name = "reaper";
    const HostThread thread{detail::ThreadKind::control, name};
    for (;;) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return stopping_ || !drained_.empty(); });
        if (drained_.empty()) return;
        Drained drained = std::move(drained_.front());
        drained_.pop_front();
        lock.unlock();
        on_reaped_(end(std::move(drained.generation), drained.patience));
    }
}

ReapReport Reaper::end(std::shared_ptr<Generation> generation, std::chrono::milliseconds patience) {
    const auto begin = std::chrono::steady_clock::now();
    const AddressRange range = generation->addresses();
    ReapReport report;
    leave_everywhere(*generation);
    report.stop_problem = generation->stop_and_destroy();
    // The destructor may have posted something, or let go of what a loop must still clean up.
    leave_everywhere(*generation);
    report.pins = run_destructors_everywhere(range, patience);
    for (std::string& pin : audit(range)) report.pins.push_back(std::move(pin));
    if (const long held = generation->leases_of_others(); held != 0) {
        report.pins.push_back("its own destructor left " + std::to_string(held) + " operations behind");
    }
    if (report.pins.empty()) {
        report.unmapped = generation->unload();
        if (!report.unmapped)
            report.pins.emplace_back("the dynamic linker keeps it: another library refers to it");
    }
    if (!report.unmapped) {
        generation->quarantine();
        // Never freed: whatever still refers to it may release its lease at any time, even at the process's
        // end.
        static_cast<void>(new std::shared_ptr<Generation>{generation});
    }
    report.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    report.generation = std::move(generation);
    return report;
}

// The thread that let the last lease go may still be returning through the generation's code.
void Reaper::leave_everywhere(const Generation& generation) {
    for (LoopThread* loop : loops_) loop->run_and_wait([] {});
    executor_.wait_until_left(generation);
}

// Gives what kept a thread from running its own.
std::vector<std::string> Reaper::run_destructors_everywhere(AddressRange range,
                                                            std::chrono::milliseconds patience) {
    static_cast<void>(run_thread_local_destructors(range));
    if (!owes_thread_local_destructors(range)) return {};
    const auto run = [range] { static_cast<void>(run_thread_local_destructors(range)); };
    for (LoopThread* loop : loops_) loop->run_and_wait(run);
    if (!owes_thread_local_destructors(range) || executor_.visit_threads(run, patience)) return {};
    std::vector<std::string> pins;
    const std::vector<std::string> running = executor_.running_plugins();
    for (const std::string& plugin : std::set<std::string>{running.begin(), running.end()})
        pins.push_back(
            "its thread_local objects were not destroyed on a thread where a blocking handler of " + plugin +
            " does not return");
    if (pins.empty()) pins.emplace_back("the destructor of a thread_local object of it does not return");
    return pins;
}

std::vector<std::string> Reaper::audit(AddressRange range) {
    std::vector<std::string> pins = audit_handlers(range);
    const auto add = [&pins](std::vector<std::string> more) {
        pins.insert(pins.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    for (LoopThread* loop : loops_) loop->run_and_wait([&] { add(audit_services(loop->context(), range)); });
    add(threads_.findings(range));
    if (owes_thread_local_destructors(range)) {
        pins.emplace_back("a host thread still owes destructors to its thread_local objects");
    }
    return pins;
}

}  // namespace patchbay
