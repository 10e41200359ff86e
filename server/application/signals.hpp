// The signals that end the server.
#pragma once

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstring>
#include <string>

namespace patchbay {

/// Errors: boost::system::system_error.
inline void add_ending_signals(boost::asio::signal_set& signals) {
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) signals.add(signal);
}

/// "SIGTERM", say.
inline std::string signal_name(int signal) { return std::string{"SIG"} + ::sigabbrev_np(signal); }

}  // namespace patchbay
