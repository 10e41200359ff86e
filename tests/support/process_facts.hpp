// What /proc tells about a process. Any thread.
#pragma once

#include <cstddef>
#include <sys/types.h>

namespace patchbay::test {

/// Errors (all): std::runtime_error or std::filesystem::filesystem_error when there is no such process.
std::size_t open_descriptors(pid_t process);
std::size_t mappings(pid_t process);
std::size_t resident_kibibytes(pid_t process);

}  // namespace patchbay::test
