// Says in the log when a handler holds an event loop up, by a call that blocks or by too much work: every
// request of that loop waits meanwhile. Owned by the plugin manager, on its thread; a loop pays nothing for
// being watched but its own note of what it runs.
#pragma once

#include "runtime/loop_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace patchbay {

class Logger;

class LoopWatch {
public:
    /// The loops and the log outlive it. `owner` names the plugin whose lease it is; empty when it is gone.
    LoopWatch(boost::asio::io_context& context, const std::vector<LoopThread*>& loops, Logger& log,
              std::function<std::string(const detail::LeaseBlock*)> owner);

    /// A step of a handler that takes longer is reported, once when it is seen and once when it has ended.
    void patience(std::chrono::milliseconds time);
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    struct Watched {
        const LoopThread* loop;
        std::uint32_t changes = 0;
        Clock::time_point since;  ///< when this step was seen first
        std::string reported;     ///< whose step it is, once it was reported
    };

    void schedule();
    void look(Watched& watched, Clock::time_point now);

    boost::asio::steady_timer timer_;
    Logger& log_;
    std::function<std::string(const detail::LeaseBlock*)> owner_;
    std::vector<Watched> watched_;
    std::chrono::milliseconds patience_{};
    bool stopped_ = false;
};

}  // namespace patchbay
