// Finds out whether a client that has ended its side of the connection still waits for its answer, or has
// left. Owned by its connection, from that end on; used on the loop's thread.
#pragma once

#include "net/connection.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace patchbay {

class Connection::ClientProbe final : public std::enable_shared_from_this<ClientProbe> {
public:
    ClientProbe(Connection& connection, boost::asio::io_context& loop)
        : connection_{connection}, timer_{loop, grace} {}

    /// Has the connection probe its client after the grace, unless the probe is gone by then.
    void begin() {
        timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (self && !error) self->connection_.probe_client();
        });
    }

private:
    /// An answer that is made in this time comes without anything before it.
    static constexpr std::chrono::milliseconds grace{25};

    Connection& connection_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        timer_;
};

}  // namespace patchbay
