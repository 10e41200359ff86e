// Once the server is ending, a signal more ends the process at once. Has a thread of its own, so that nothing
// that the end waits for can keep it from that.
#pragma once

#include "application/signals.hpp"
#include "log/logger.hpp"
#include "log/start_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace patchbay {

class SecondSignal {
public:
    /// Takes its descriptors now: at the end there may be none left. Errors: std::system_error.
    explicit SecondSignal(Logger& log) : log_{log}, signals_{context_} {}
    ~SecondSignal() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }
    SecondSignal(const SecondSignal&) = delete;
    SecondSignal& operator=(const SecondSignal&) = delete;

    /// From now on SIGTERM, SIGINT and SIGQUIT are answered by _exit(1): whoever waits for the end must
    /// not take work that is cut for work that is done. Without a thread to be had they are not.
    void arm() {
        try {
            add_ending_signals(signals_);
            signals_.async_wait([this](boost::system::error_code error, int) {
                if (error) return;
                log_.warning("second signal: stopping at once");
                log_.flush(std::chrono::milliseconds{100});  // nobody may read it any more
                ::_exit(1);
            });
            thread_ = start_thread("signals", [this] { context_.run(); });
        } catch (const std::system_error& error) {
            log_.warning("a second signal will not be seen: " + std::string{error.what()});
        }
    }

private:
    Logger& log_;
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    std::thread thread_;
};

}  // namespace patchbay
