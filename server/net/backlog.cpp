#include "net/backlog.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace patchbay {

SendProgress Backlog::send(int socket, std::size_t& sent) {
    while (position_ < bytes_.size()) {
        const ssize_t count = ::send(socket, bytes_.data() + position_, bytes_.size() - position_,
                                     MSG_NOSIGNAL | (file_ ? MSG_MORE : 0));
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? SendProgress::waiting : SendProgress::failed;
        }
        position_ += static_cast<std::size_t>(count);
        sent += static_cast<std::size_t>(count);
    }
    return file_ ? file_->send(socket, sent) : SendProgress::done;
}

}  // namespace patchbay
