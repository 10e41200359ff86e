// What a connection still has to send because its socket did not take it, or because it lies in a file. Used
// on the connection's loop.
#pragma once

#include "net/file_transfer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

class Backlog {
public:
    /// Copies bytes to follow what is there. Precondition: no file is.
    void add(std::string_view bytes) {
        if (position_ == bytes_.size()) {
            bytes_.clear();
            position_ = 0;
        }
        bytes_.append(bytes);
    }
    /// The file follows the bytes; nothing follows it.
    void add(FileTransfer file) { file_.emplace(std::move(file)); }

    /// As FileTransfer::send().
    SendProgress send(int socket, std::size_t& sent);

    bool has_file() const noexcept { return file_.has_value(); }
    /// Bytes that are not sent yet, but for a file's.
    std::size_t bytes_left() const noexcept { return bytes_.size() - position_; }

private:
    std::string bytes_;
    std::size_t position_ = 0;  // in bytes_
    std::optional<FileTransfer> file_;
};

}  // namespace patchbay
