#include "net/listen_sockets.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {

using boost::asio::ip::tcp;

namespace {

constexpr int backlog = 4096;

std::string describe(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

Descriptor bound_socket(const tcp::endpoint& endpoint, bool shared) {
    const auto fail = [&](const char* what) {
        throw std::system_error{errno, std::generic_category(),
                                "cannot listen on " + describe(endpoint) + ": " + what};
    };
    Descriptor socket{::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) fail("socket");
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
    if (shared && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        fail("SO_REUSEPORT");
    if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) fail("bind");
    return socket;
}

tcp::endpoint resolve(const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error) return {address, port};
    boost::asio::io_context context;
    const auto found =
        tcp::resolver{context}.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error)
        throw std::system_error{error.value(), std::generic_category(),
                                "cannot listen on " + host + ": " + error.message()};
    return found.begin()->endpoint();
}

std::uint16_t local_port(int socket) {
    tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    ::getsockname(socket, endpoint.data(), &size);
    endpoint.resize(size);
    return endpoint.port();
}

[[noreturn]] void fail(const std::string& what, int error = errno) {
    throw std::system_error{error, std::generic_category(), what};
}

void listen_on(int socket, const std::string& what) {
    if (::listen(socket, backlog) != 0) fail("cannot listen on " + what);
}

// Loops that share a socket each have a descriptor of it.
std::vector<Descriptor> copies(Descriptor socket, std::size_t count) {
    std::vector<Descriptor> sockets;
    sockets.push_back(std::move(socket));
    while (sockets.size() < count) {
        sockets.emplace_back(::fcntl(sockets.front().get(), F_DUPFD_CLOEXEC, 3));
        if (sockets.back().get() < 0) fail("cannot share a listening socket");
    }
    return sockets;
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        fail("cannot listen on unix:" + path + ": the path is too long", ENAMETOOLONG);
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

// Of a server that was killed: a socket on which nobody listens.
bool is_stale(const std::string& path, const sockaddr_un& address) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
    const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
           errno == ECONNREFUSED;
}

[[noreturn]] void fail_taken(const std::string& path) {
    struct stat status{};
    const bool socket = ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
    throw std::runtime_error{"cannot listen on unix:" + path + ": " +
                             (socket
                                  ? "another process does: end it, or name another path in listen"
                                  : "a file that is no socket is there: remove it, or name another path in "
                                    "listen")};
}

bool is_listening_stream(int socket) noexcept {
    const auto option = [socket](int name) {
        int value = 0;
        socklen_t size = sizeof value;
        return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : 0;
    };
    return option(SO_TYPE) == SOCK_STREAM && option(SO_ACCEPTCONN) == 1;
}

// "http://127.0.0.1:8080", "unix:/run/x.sock", "unix:@abstract".
std::string url_of(int socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
    if (storage.ss_family != AF_UNIX) {
        tcp::endpoint endpoint;
        std::copy_n(reinterpret_cast<const char*>(&storage), std::min<std::size_t>(size, endpoint.capacity()),
                    reinterpret_cast<char*>(endpoint.data()));
        endpoint.resize(std::min<std::size_t>(size, endpoint.capacity()));
        return "http://" + describe(endpoint);
    }
    const auto& address = reinterpret_cast<const sockaddr_un&>(storage);
    const std::size_t longest = size - offsetof(sockaddr_un, sun_path);
    if (longest > 0 && address.sun_path[0] == '\0')
        return "unix:@" + std::string{address.sun_path + 1, longest - 1};
    return "unix:" + std::string{address.sun_path, ::strnlen(address.sun_path, longest)};
}

}  // namespace

ListenSockets listen_on_tcp(const std::string& host, std::uint16_t port, std::size_t count) {
    tcp::endpoint endpoint = resolve(host, port);
    // Sockets that share a port don't tell when another process of the same user has it: ask with one that
    // does not.
    endpoint.port(local_port(bound_socket(endpoint, false).get()));
    ListenSockets result;
    for (std::size_t i = 0; i < count; ++i) {
        result.sockets.push_back(bound_socket(endpoint, count > 1));
        listen_on(result.sockets.back().get(), describe(endpoint));
    }
    const bool v6 = host.find(':') != host.npos;
    result.url = "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
    return result;
}

ListenSockets listen_on_unix(const std::filesystem::path& file, std::optional<unsigned> mode,
                             std::size_t count) {
    const std::string path = std::filesystem::absolute(file).lexically_normal().string();
    const sockaddr_un address = unix_address(path);
    Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const auto bind = [&] {
        return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    };
    if (!bind()) {
        if (errno != EADDRINUSE) fail("cannot listen on unix:" + path);
        if (!is_stale(path, address)) fail_taken(path);
        ::unlink(path.c_str());
        if (!bind()) fail("cannot listen on unix:" + path);
    }
    ListenSockets result;
    result.file.emplace(path);
    // Nobody can connect before listen().
    if (mode && ::chmod(path.c_str(), *mode) != 0) fail("cannot set the permissions of " + path);
    listen_on(socket.get(), "unix:" + path);
    result.sockets = copies(std::move(socket), count);
    result.shared = count > 1;
    result.url = "unix:" + path;
    return result;
}

SocketFile::SocketFile(std::string path) : path_{std::move(path)} {
    struct stat status{};
    if (::lstat(path_.c_str(), &status) == 0) identity_ = {status.st_dev, status.st_ino};
}

SocketFile::~SocketFile() {
    struct stat status{};
    // Another server may have put its own there.
    const bool is_ours = !path_.empty() && ::lstat(path_.c_str(), &status) == 0 &&
                         identity_ == std::pair{status.st_dev, status.st_ino};
    if (is_ours) ::unlink(path_.c_str());
}

InheritedSockets::InheritedSockets(pid_t self, const char* process, const char* count, const char* names) {
    const std::string_view text{count ? count : ""};
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (!process || std::to_string(self) != process || !is_number) return;
    std::string_view rest{names ? names : ""};
    for (int i = 0; i < number; ++i) {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        waiting_.push_back({first_inherited + i, std::string{rest.substr(0, colon)}});
        rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
}

std::vector<int> InheritedSockets::take(const std::string& name) {
    std::vector<int> taken;
    std::erase_if(waiting_, [&](const Waiting& socket) {
        if (!name.empty() && socket.name != name) return false;
        taken.push_back(socket.descriptor);
        return true;
    });
    return taken;
}

std::vector<ListenSockets> listen_on_inherited(const std::vector<int>& descriptors, const std::string& name,
                                               std::size_t count) {
    const std::string what = name.empty() ? "systemd" : "systemd:" + name;
    if (descriptors.empty())
        throw std::runtime_error{"cannot listen on " + what +
                                 ": the process was started without such a socket"};
    std::vector<ListenSockets> all;
    for (const int descriptor : descriptors) {
        if (!is_listening_stream(descriptor))
            throw std::runtime_error{"cannot listen on " + what + ": descriptor " +
                                     std::to_string(descriptor) + " is no listening stream socket"};
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
        ListenSockets& result = all.emplace_back();
        result.sockets = copies(Descriptor{descriptor}, count);
        result.shared = count > 1;
        result.url = url_of(descriptor);
    }
    return all;
}

}  // namespace patchbay
