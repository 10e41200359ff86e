#include <patchbay/file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {
namespace {

// Without O_NONBLOCK the opening of a named pipe would wait for its writer.
constexpr int reading = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_;
};

[[noreturn]] void fail_to_open(int error, const std::filesystem::path& path) {
    throw std::system_error{error, std::generic_category(), "cannot open " + path.string()};
}

struct stat status_of(const Descriptor& descriptor, const std::filesystem::path& path) {
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) fail_to_open(errno, path);
    return status;
}

// EXDEV and ELOOP say that the path would lead out, or through a link that may not be followed.
bool says_absent(int error) noexcept {
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP || error == EXDEV ||
           error == ENXIO || error == ENODEV;
}

// Nothing when there is nothing by that name.
std::optional<Descriptor> open_beneath(const std::filesystem::path& root, std::string_view relative,
                                       std::uint64_t flags) {
    if (relative.find('\0') != std::string_view::npos) return std::nullopt;
    const Descriptor directory{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) fail_to_open(errno, root);
    open_how how{};
    how.flags = flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const std::string path{relative.empty() ? "." : relative};
    for (;;) {
        const auto opened =
            static_cast<int>(::syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof how));
        if (opened >= 0) return Descriptor{opened};
        if (errno == EAGAIN || errno == EINTR) continue;  // something was renamed meanwhile
        if (says_absent(errno)) return std::nullopt;
        fail_to_open(errno, root / path);
    }
}

}  // namespace

struct File::Opened {
    Descriptor descriptor;
    std::uint64_t size;
    Time modified;
    std::string name;

    Opened(Descriptor opened, const struct stat& status, std::string file_name)
        : descriptor{std::move(opened)},
          size{static_cast<std::uint64_t>(status.st_size)},
          modified{std::chrono::seconds{status.st_mtim.tv_sec} +
                   std::chrono::nanoseconds{status.st_mtim.tv_nsec}},
          name{std::move(file_name)} {}
};

File File::open(const std::filesystem::path& path) {
    Descriptor descriptor{::open(path.c_str(), reading)};
    if (!descriptor) fail_to_open(errno, path);
    const struct stat status = status_of(descriptor, path);
    if (!S_ISREG(status.st_mode)) fail_to_open(S_ISDIR(status.st_mode) ? EISDIR : EINVAL, path);
    return File{std::make_shared<const Opened>(std::move(descriptor), status, path.filename().string())};
}

int File::descriptor() const noexcept { return opened_->descriptor.get(); }
std::uint64_t File::size() const noexcept { return opened_->size; }
File::Time File::modified() const noexcept { return opened_->modified; }
const std::string& File::name() const noexcept { return opened_->name; }

std::optional<File> Directory::open(std::string_view relative) const {
    auto descriptor = open_beneath(path_, relative, reading);
    if (!descriptor) return std::nullopt;
    const struct stat status = status_of(*descriptor, path_ / relative);
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    std::string name{relative.substr(relative.rfind('/') + 1)};
    return File{std::make_shared<const File::Opened>(std::move(*descriptor), status, std::move(name))};
}

bool Directory::has_directory(std::string_view relative) const {
    return open_beneath(path_, relative, O_PATH | O_DIRECTORY | O_CLOEXEC).has_value();
}

}  // namespace patchbay
