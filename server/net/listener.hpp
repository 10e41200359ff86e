// Accepts connections for one event loop, and survives running out of descriptors. Owned by the loop's
// server.
#pragma once

#include "net/poller.hpp"
#include "runtime/timer_wheel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace patchbay {

class LoopServer;

class Listener final : public EventSource, public TimerWheel::Entry {
public:
    /// Owns the listening socket from now on, even when it throws. Errors: std::system_error.
    Listener(LoopServer& server, int socket);
    ~Listener() override;

    void on_events(std::uint32_t events) override;

private:
    void on_timeout() override;  // the end of a pause
    void pause();
    void turn_away_one();

    LoopServer& server_;
    int socket_;
    int spare_;  // given up for a moment to turn a connection away when there is no other descriptor
};

/// Listening sockets for the same address, one an event loop, among which the kernel spreads new connections.
/// Port 0 picks a free port for all. Errors: std::system_error that names the address, also when another
/// process listens there already.
std::vector<int> listen_sockets(const std::string& host, std::uint16_t port, std::size_t count);

/// The port a socket is bound to.
std::uint16_t local_port(int socket);

}  // namespace patchbay
