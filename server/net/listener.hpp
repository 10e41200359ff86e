// Accepts connections for one event loop, and survives running out of descriptors. Owned by the loop's
// server.
#pragma once

#include "net/descriptor.hpp"
#include "net/poller.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace patchbay {

class LoopServer;

struct ServedListener;

struct ListenerOptions {
    bool shared = false;          ///< other loops accept from the same socket
    std::size_t number = 0;       ///< of its limits, in the order of the configuration
    bool proxy_protocol = false;  ///< each connection begins with a header of the PROXY protocol
};

class Listener final : public EventSource {
public:
    /// Errors: std::system_error.
    Listener(LoopServer& server, Descriptor socket, const ListenerOptions& options);
    ~Listener() override;

    void on_events(std::uint32_t events) override;
    /// No event comes any more. Closing the socket is not enough for that where another process or loop has
    /// it, too.
    void stop_watching() noexcept;

private:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    // The wheel's ticks are too coarse for a pause.
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    boost::asio::io_context::executor_type>;

    void end_pause_later();
    void end_pause();
    bool watch();
    int accept(Endpoint& peer);
    void pause();
    void turn_away_some();
    bool turn_away_one();
    bool refill_reserve();

    LoopServer& server_;
    Descriptor socket_;
    ListenerOptions options_;
    const ServedListener& served_;
    std::array<Descriptor, 4> reserve_;  // given up for a moment when there is no other descriptor
    Timer pause_;
    std::shared_ptr<void> alive_;  // a timer that has expired already can't be cancelled
};

}  // namespace patchbay
