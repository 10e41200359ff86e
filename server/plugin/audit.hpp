// What could still reach a generation's code after its last lease: each finding is a reason not to unmap it,
// in words an operator can act on. Used by the reaper.
#pragma once

#include "runtime/loop_thread.hpp"
#include "runtime/thread_local_destructors.hpp"

#include <string>
#include <vector>

namespace patchbay {

/// Asio services registered on a loop whose code lies in the range. Runs on that loop's thread.
std::vector<std::string> audit_services(boost::asio::io_context& context, AddressRange range);

/// Threads that the host did not start, with a return address in the range on their stack. Interrupts each of
/// them once with a real-time signal.
std::vector<std::string> audit_threads(AddressRange range);

/// Signal handlers, and the terminate handler, that lie in the range.
std::vector<std::string> audit_handlers(AddressRange range);

/// Installs the handler for the signal that audit_threads() uses, and primes what it calls. Once, at
/// start-up.
void prepare_thread_audit();

}  // namespace patchbay
