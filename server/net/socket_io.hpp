// Reading and writing sockets without glibc's wrappers: those are cancellation points, which costs each call
// two atomic exchanges in a process with threads, and nothing here is cancelled that way.
#pragma once

#include <cstddef>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace patchbay {

/// As recv(2) and send(2), errno included.
inline ssize_t receive_bytes(int socket, char* into, std::size_t size) noexcept {
    return ::syscall(SYS_recvfrom, socket, into, size, 0, nullptr, nullptr);
}
inline ssize_t send_bytes(int socket, const char* bytes, std::size_t size) noexcept {
    return ::syscall(SYS_sendto, socket, bytes, size, MSG_NOSIGNAL, nullptr, 0);
}

/// Drops what has come. True when nothing more can: the other side has ended, or the connection has failed.
bool drop_input(int socket) noexcept;
/// Makes the close to come a reset, which drops what the kernel still holds for a client that does not take
/// it.
void reset_on_close(int socket) noexcept;

}  // namespace patchbay
