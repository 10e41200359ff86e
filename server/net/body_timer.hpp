// The time that a client has for the next part of a body while its handler runs. Beside the connection's own
// timeout, which is the handler's then, or that of the answer which is sent meanwhile. Owned by its
// connection, while the body arrives.
#pragma once

#include "net/connection.hpp"

namespace patchbay {

class Connection::BodyTimer final : public TimerWheel::Entry {
public:
    explicit BodyTimer(Connection& connection) noexcept : connection_{connection} {}

    using Entry::armed;

    std::size_t window_bytes = 0;  ///< of the body, since it was armed

private:
    void on_timeout() override { connection_.on_body_timeout(); }

    Connection& connection_;
};

}  // namespace patchbay
