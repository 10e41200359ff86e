// One connection of an HttpClient to a server, with TLS or without. Lives on one event loop, in its pool or
// in the call that uses it, and holds no generation of a plugin. Private to libpatchbay.
#pragma once

#include "client_message.hpp"
#include "client_tls.hpp"

#include <patchbay/task.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace patchbay::detail {

class ClientConnection {
public:
    /// What became of a message.
    struct Outcome {
        std::optional<ClientResponse> response;  ///< none: the connection ended before the answer began
        bool reusable = false;                   ///< for another message
    };

    ClientConnection() = default;
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;
    virtual ~ClientConnection() = default;

    /// Sends the message, and reads the answer to it. Errors: HttpClientError, for all but what Outcome says;
    /// the connection is of no use then.
    virtual Task<Outcome> exchange(const ClientMessage& message) = 0;

    /// Whether the server has closed it, or sent what nobody has asked for (RFC 9112 §9.3).
    virtual bool is_stale() noexcept = 0;
};

/// Of the host's addresses each but the last is given an equal share of the time until `end`, so that one
/// from which nothing comes back doesn't hide the others; at `end` the caller cancels. Errors:
/// HttpClientError. Cancellation: operation_aborted.
Task<std::unique_ptr<ClientConnection>> connect_client(const ClientRequest& request,
                                                       const ClientMessage& message, ClientTls& tls,
                                                       std::chrono::steady_clock::time_point end);

}  // namespace patchbay::detail
