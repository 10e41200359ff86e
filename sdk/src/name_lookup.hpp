// Looks host names up for an HttpClient. Private to libpatchbay.
#pragma once

#include <patchbay/task.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace patchbay::detail {

/// The addresses of a host name, of those kinds that this machine has one of itself; of an address as text at
/// once that. Each event loop looks up one name after another.
/// Errors: boost::system::system_error. Cancellation: operation_aborted at once. The system's look-up can't
/// be cut short, and may take a minute: it goes on by itself, and keeps nothing of the plugin.
Task<asio::ip::tcp::resolver::results_type> look_up(std::string host, std::uint16_t port);

}  // namespace patchbay::detail
