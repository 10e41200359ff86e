// SIGTERM, SIGINT and SIGQUIT while the server starts, when the main thread waits for plugins that may hang.
// Has a thread of its own. Owned by the application until it listens.
#pragma once

#include "application/signals.hpp"
#include "log/logger.hpp"
#include "log/start_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace patchbay {

class StartSignal {
public:
    /// The first signal asks `loading` to stop; the next ends the process at once, with 128 and its number.
    /// Errors: std::system_error when there is no thread to be had.
    StartSignal(std::stop_source loading, Logger& log)
        : loading_{std::move(loading)}, log_{log}, signals_{context_} {
        add_ending_signals(signals_);
        wait();
        thread_ = start_thread("signals", [this] { context_.run(); });
    }
    ~StartSignal() {
        context_.stop();
        thread_.join();
    }
    StartSignal(const StartSignal&) = delete;
    StartSignal& operator=(const StartSignal&) = delete;

    /// 0 while there was none.
    int received() const noexcept { return received_; }
    /// From now on the first signal ends the process, too: there is nothing to be kept from it.
    void end_at_once() noexcept { at_once_ = true; }

private:
    void wait() {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            if (at_once_.exchange(true)) {
                log_.flush(std::chrono::milliseconds{100});
                ::_exit(128 + signal);
            }
            received_ = signal;
            log_.info(signal_name(signal) + ": nothing more is loaded (again: stop at once)");
            loading_.request_stop();
            wait();
        });
    }

    std::stop_source loading_;
    Logger& log_;
    std::atomic<int> received_{0};
    std::atomic<bool> at_once_{false};
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    std::thread thread_;
};

}  // namespace patchbay
