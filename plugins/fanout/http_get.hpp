// One outbound HTTP/1.1 GET as a Task: connect, write, read, close. Runs on the event loop of whoever awaits
// it.
#pragma once

#include "target.hpp"

#include <patchbay/task.hpp>

#include <cstddef>

namespace fanout {

struct Fetched {
    unsigned status = 0;
    std::size_t bytes = 0;  ///< of the body
};

/// Follows no redirect: its target might be a host that nobody allowed.
/// Lifetime: `target` must outlive the Task. Cancellation: closes the connection.
/// Errors: boost::system::system_error; http::error::body_limit for a body of more than `max_body` bytes.
patchbay::Task<Fetched> http_get(const Target& target, Endpoints endpoints, std::size_t max_body);

}  // namespace fanout
