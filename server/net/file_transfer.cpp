#include "net/file_transfer.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace patchbay {
namespace {

constexpr std::size_t most_a_turn = std::size_t{1} << 20;

}  // namespace

SendProgress FileTransfer::send(int socket, std::size_t& sent) {
    for (std::size_t turn = 0; turn < most_a_turn;) {
        while (!at_end() && done_ == parts_[next_].text.size() + parts_[next_].length) {
            ++next_;
            done_ = 0;
        }
        if (at_end()) return SendProgress::done;
        const FilePart& part = parts_[next_];
        ssize_t count = 0;
        if (done_ < part.text.size()) {
            const int more = part.length > 0 ? MSG_MORE : 0;
            count = ::send(socket, part.text.data() + done_, part.text.size() - done_, MSG_NOSIGNAL | more);
        } else {
            const std::uint64_t position = done_ - part.text.size();
            auto offset = static_cast<off_t>(part.offset + position);
            const auto wanted = std::min<std::uint64_t>(part.length - position, most_a_turn);
            count = ::sendfile(socket, file_.descriptor(), &offset, wanted);
            if (count == 0) return SendProgress::failed;
        }
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? SendProgress::waiting : SendProgress::failed;
        }
        done_ += static_cast<std::uint64_t>(count);
        sent += static_cast<std::size_t>(count);
        turn += static_cast<std::size_t>(count);
    }
    return SendProgress::waiting;
}

}  // namespace patchbay
