#include "config/regular_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace patchbay::detail {
namespace {

struct OpenFile {
    int descriptor;
    ~OpenFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

std::string name_of_kind(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

std::string because(const char* what) { return what + (": " + std::generic_category().message(errno)); }

}  // namespace

FileText read_regular_file(const std::filesystem::path& file, const std::string& expected) {
    const auto is_no_file = [&](const struct stat& status) {
        return FileText{{}, "this is " + name_of_kind(status.st_mode) + "; " + expected + " is expected"};
    };
    // Looked at before it is opened, since opening a device may do something.
    struct stat status{};
    if (::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return is_no_file(status);
    const OpenFile open{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
    if (open.descriptor < 0)
        return {{}, errno == ENOENT ? "there is no such file" : because("can't be opened")};
    if (::fstat(open.descriptor, &status) != 0) return {{}, because("can't be read")};
    if (!S_ISREG(status.st_mode)) return is_no_file(status);
    FileText result;
    result.text.resize(max_file_bytes + 1);
    std::size_t size = 0;
    while (size < result.text.size()) {
        const ssize_t got = ::read(open.descriptor, result.text.data() + size, result.text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {{}, because("can't be read")};
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > max_file_bytes) return {{}, file_too_large};
    result.text.resize(size);
    return result;
}

}  // namespace patchbay::detail
