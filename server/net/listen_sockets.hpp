// Sockets to listen on: of a TCP address, of a Unix socket's file, or inherited from whoever started the
// process. Made on the main thread at start-up, and then given to the event loops.
#pragma once

#include "net/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace patchbay {

/// The file of a Unix socket: removed with the object, unless it is another one by then.
class SocketFile {
public:
    explicit SocketFile(std::string path);
    ~SocketFile();
    SocketFile(SocketFile&& other) noexcept
        : path_{std::exchange(other.path_, {})}, identity_{std::exchange(other.identity_, {})} {}
    SocketFile& operator=(SocketFile&&) = delete;

private:
    std::string path_;
    std::pair<dev_t, ino_t> identity_{};
};

struct ListenSockets {
    std::vector<Descriptor> sockets;  ///< one a loop
    bool shared = false;              ///< the loops' descriptors are of one socket
    std::string url;                  ///< "http://127.0.0.1:8080", "unix:/run/x.sock"
    std::optional<SocketFile> file;
};

// `count` is the number of loops. Errors (all): std::system_error or std::runtime_error that names the
// address.

/// Among the sockets the kernel spreads new connections. Port 0 picks a free port for all. Errors: also when
/// another process listens there already.
ListenSockets listen_on_tcp(const std::string& host, std::uint16_t port, std::size_t count);

/// Replaces a socket file on which nobody listens any more. Errors: also when somebody does, or when it is
/// another kind of file.
ListenSockets listen_on_unix(const std::filesystem::path& file, std::optional<unsigned> mode,
                             std::size_t count);

/// Who takes which of the sockets that a service manager passes on (sd_listen_fds(3)).
class InheritedSockets {
public:
    /// The process's own id, and the values of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES; null when unset.
    InheritedSockets(pid_t self, const char* process, const char* count, const char* names);

    /// Those of that name, or (empty) all that have not been taken yet.
    std::vector<int> take(const std::string& name);

private:
    static constexpr int first_inherited = 3;
    struct Waiting {
        int descriptor;
        std::string name;
    };
    std::vector<Waiting> waiting_;
};

/// Owns the descriptors from now on. Errors: also when there are none, or one is no listening stream socket.
std::vector<ListenSockets> listen_on_inherited(const std::vector<int>& descriptors, const std::string& name,
                                               std::size_t count);

}  // namespace patchbay
