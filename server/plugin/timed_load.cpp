#include "plugin/timed_load.hpp"

#include "log/start_thread.hpp"
#include "plugin/stage.hpp"
#include "runtime/host_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace patchbay {
namespace {

constexpr const char* while_loading = "while loading";
constexpr std::chrono::seconds last_chance{1};  // once it is asked to stop: a load that goes well ends well

// Shared by the waiting thread and the loading one, whichever lives longer.
struct Outcome {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool ended = false;
    bool given_up = false;
    std::shared_ptr<Generation> generation;
    std::string problem;
};

void run(Outcome& outcome, const std::function<std::shared_ptr<Generation>()>& load) {
    static const std::string name = "loader";
    const HostThread thread{detail::ThreadKind::control, name};
    try {
        outcome.generation = load();
    } catch (const std::exception& error) {
        outcome.problem = error.what();
    }
}

}  // namespace

std::shared_ptr<Generation> load_within(std::chrono::milliseconds limit, const std::stop_token& stop,
                                        std::function<std::shared_ptr<Generation>()> load,
                                        std::function<void(std::shared_ptr<Generation>)> on_late) {
    const auto outcome = std::make_shared<Outcome>();
    const auto load_here = [outcome, load = std::move(load), on_late = std::move(on_late)] {
        run(*outcome, load);
        std::unique_lock lock{outcome->mutex};
        outcome->ended = true;
        outcome->changed.notify_one();
        if (!outcome->given_up) return;
        lock.unlock();
        on_late(std::move(outcome->generation));
    };
    std::thread thread = at_stage(while_loading, [&] { return start_thread("loader", load_here); });
    std::unique_lock lock{outcome->mutex};
    const auto ended = [&] { return outcome->ended; };
    if (!outcome->changed.wait_for(lock, stop, limit, ended) &&
        !(stop.stop_requested() && outcome->changed.wait_for(lock, last_chance, ended))) {
        outcome->given_up = true;
        thread.detach();
        const std::string when =
            stop.stop_requested() ? "when the server was told to end"
                                  : "after " + std::to_string(limit.count()) + " ms (plugins.load_timeout)";
        throw LoadTimedOut{"its constructor, add_handlers() or start() has not returned " + when + " · " +
                           while_loading};
    }
    lock.unlock();
    thread.join();
    if (!outcome->generation) throw std::runtime_error{outcome->problem};
    return std::move(outcome->generation);
}

}  // namespace patchbay
