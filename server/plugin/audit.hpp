// What could still reach a generation's code after its last lease: each finding is a reason not to unmap it,
// in words an operator can act on. Used by the reaper.
#pragma once

#include "runtime/loop_thread.hpp"
#include "runtime/thread_local_destructors.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace patchbay {

/// Asio services registered on a loop whose code lies in the range. Runs on that loop's thread.
std::vector<std::string> audit_services(boost::asio::io_context& context, AddressRange range);

/// Signal handlers, and the terminate handler, that lie in the range.
std::vector<std::string> audit_handlers(AddressRange range);

/// Looks for threads that plugins started and did not join.
class ThreadAudit {
public:
    /// Installs the handler of the real-time signal that findings() sends, and primes what it calls. Threads
    /// that run by now are never looked into (a sanitizer has one that can't be): make it before the first
    /// plugin is loaded.
    ThreadAudit();
    /// Threads that the host did not start, with a return address in the range on their stack, or with a
    /// stack that can't be read. Interrupts each of them and waits for it, at most a second.
    std::vector<std::string> findings(AddressRange range) const;

private:
    std::vector<pid_t> older_;
};

}  // namespace patchbay
