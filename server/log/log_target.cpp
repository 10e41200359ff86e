#include "log/log_target.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {
namespace {

// POSIX promises that so much fits into a pipe that poll() calls writable.
constexpr std::size_t always_fits = 4096;

bool wait_until_writable(int descriptor, std::chrono::milliseconds patience) noexcept {
    pollfd wanted{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return ::poll(&wanted, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

LogTarget::LogTarget(std::filesystem::path name) : name_{std::move(name)} {
    if (name_ == "stdout") {
        descriptor_ = STDOUT_FILENO;
    } else if (name_ == "stderr") {
        descriptor_ = STDERR_FILENO;
    } else {
        descriptor_ = open_file();
        own_ = true;
    }
}

LogTarget::~LogTarget() {
    if (own_) ::close(descriptor_);
}

int LogTarget::open_file() const {
    constexpr int flags = O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    constexpr mode_t others_read_nothing = 0640;
    int descriptor = ::open(name_.c_str(), O_WRONLY | flags, others_read_nothing);
    // A FIFO that nobody reads can be opened only by who could read it too.
    if (descriptor < 0 && errno == ENXIO)
        descriptor = ::open(name_.c_str(), O_RDWR | flags, others_read_nothing);
    if (descriptor < 0)
        throw std::system_error{errno, std::generic_category(), "cannot open " + name_.string()};
    return descriptor;
}

bool LogTarget::is_terminal() const noexcept { return ::isatty(descriptor_) == 1; }

ssize_t LogTarget::write_some(std::string_view bytes, std::chrono::milliseconds patience) noexcept {
    if (!own_) {
        if (!wait_until_writable(descriptor_, patience)) return 0;
        bytes = bytes.substr(0, always_fits);
    }
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) return written;
    if (errno == EINTR) return 0;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    wait_until_writable(descriptor_, patience);
    return 0;
}

void LogTarget::reopen() {
    if (own_) ::close(std::exchange(descriptor_, open_file()));
}

}  // namespace patchbay
