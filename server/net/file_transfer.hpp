// Sends the parts of a file answer, as the socket takes them, with sendfile(2). Used on its connection's
// loop.
#pragma once

#include "http/file_answer.hpp"

#include <cstddef>
#include <vector>

namespace patchbay {

enum class SendProgress {
    done,
    waiting,  ///< for room in the socket, or for the other connections' turn
    failed    ///< the peer is gone, or the file was cut short: what was promised can't be sent
};

class FileTransfer {
public:
    FileTransfer(File file, std::vector<FilePart> parts) : file_{std::move(file)}, parts_{std::move(parts)} {}

    /// Sends what the socket takes, at most about 1 MiB, so that other connections get their turn. Adds to
    /// `sent`.
    SendProgress send(int socket, std::size_t& sent);

private:
    bool at_end() const noexcept { return next_ == parts_.size(); }

    File file_;
    std::vector<FilePart> parts_;
    std::size_t next_ = 0;    // the part being sent
    std::uint64_t done_ = 0;  // of its text and bytes
};

}  // namespace patchbay
