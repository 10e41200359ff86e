// Sees retired generations off: waits for their last lease, asks what runs too long to stop, has the reaper
// end them, and says in one line what came of it. Owned by the plugin manager, on its thread.
#pragma once

#include "plugin/generation.hpp"
#include "plugin/reaper.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace patchbay {

class Logger;

class Drain {
public:
    /// `stop_requests` asks the running requests of a generation to stop.
    Drain(boost::asio::io_context& context, std::vector<LoopThread*> loops, ExecutorPool& executor,
          Logger& log, std::function<void(std::shared_ptr<const ServedGeneration>)> stop_requests);

    /// Precondition: no loop leads to the generation any more. `event` begins the line that tells how it
    /// ended, e.g. "hello 1.0.1 gen 2 serving"; empty for a line about the generation alone. Past `deadline`
    /// what still runs is asked to stop. The reaper waits as long for threads that others keep.
    void retire(std::shared_ptr<Generation> generation, std::string event,
                std::chrono::milliseconds deadline);
    /// The same for one that was refused, and so never served.
    void discard(std::shared_ptr<Generation> generation, std::chrono::milliseconds deadline);

    /// Called once when the last generation has been ended; at once if there is none.
    void when_empty(std::function<void()> callback);
    /// Asks everything that still runs to stop now.
    void stop_all();
    /// The generation that the lease is of; null when it is none of those that have not been ended.
    std::shared_ptr<Generation> owner_of(const detail::LeaseBlock* lease) const;
    /// What holds each generation that has not been ended, a sentence each.
    std::vector<std::string> unfinished() const;
    /// Ends the reaper's thread. Call it while the loops and the pool still run.
    void stop_reaper() { reaper_.stop(); }

private:
    struct Entry {
        std::string event;
        long requests = 0;
        bool served = true;
        bool asked_to_stop = false;
        std::unique_ptr<boost::asio::steady_timer> timer;
    };

    void wait(const std::shared_ptr<Generation>& generation, std::chrono::milliseconds time,
              std::function<void()> then);
    void announce_slow(const std::shared_ptr<Generation>& generation, std::chrono::milliseconds deadline);
    void ask_to_stop(const std::shared_ptr<Generation>& generation);
    void report_held(const std::shared_ptr<Generation>& generation);
    void on_reaped(const ReapReport& report);

    boost::asio::io_context& context_;
    Logger& log_;
    std::function<void(std::shared_ptr<const ServedGeneration>)> stop_requests_;
    std::function<void()> when_empty_;
    std::map<std::shared_ptr<Generation>, Entry> entries_;
    Reaper reaper_;
};

}  // namespace patchbay
