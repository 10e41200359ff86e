#include "net/socket_io.hpp"

#include <cerrno>

namespace patchbay {

bool drop_input(int socket) noexcept {
    char dropped[16 * 1024];
    const ssize_t received = receive_bytes(socket, dropped, sizeof dropped);
    if (received >= 0) return received == 0;
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
}

void reset_on_close(int socket) noexcept {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace patchbay
