#include "plugin/file_permissions.hpp"

#include "plugin/printable.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace patchbay {
namespace {

namespace fs = std::filesystem;

constexpr int most_symbolic_links = 40;  // the kernel's own limit

/// Why others than root and this process's user can write `path`.
std::optional<std::string> foreign_writers(const fs::path& path, const struct stat& status) {
    const std::string name = printable(path.string());
    const ::uid_t user = ::geteuid();
    if (status.st_uid != 0 && status.st_uid != user) {
        const std::string trusted =
            user == 0 ? "root" : "root or this process's user " + std::to_string(user);
        return name + " is owned by user " + std::to_string(status.st_uid) + ", not by " + trusted +
               ": chown root " + name;
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return std::nullopt;
    const std::string writers = (status.st_mode & S_IWOTH) != 0 ? "others" : "its group";
    return name + " is writable by " + writers + ": chmod go-w " + name;
}

// `hop` or its folder, which a link of `path` leads to if they differ.
std::string unexamined(const fs::path& hop, const fs::path& path) {
    const int error = errno;
    if (error == ENOENT && hop != path) {
        return printable(path.string()) + " is a symbolic link to " + printable(hop.string()) +
               ", which does not exist: point it elsewhere, or remove it";
    }
    return printable(hop.string()) + " can't be examined: " + std::generic_category().message(error);
}

}  // namespace

std::optional<std::string> file_permissions_refusal(const fs::path& path) {
    std::error_code error;
    const fs::path original = fs::absolute(path, error);
    fs::path hop = original;
    for (int links = 0; !error && links <= most_symbolic_links; ++links) {
        const fs::path folder = hop.parent_path();
        struct stat status{};
        if (::stat(folder.c_str(), &status) != 0) return unexamined(hop, original);
        if (auto problem = foreign_writers(folder, status)) return problem;
        if (::lstat(hop.c_str(), &status) != 0) return unexamined(hop, original);
        if (S_ISREG(status.st_mode)) return foreign_writers(hop, status);
        if (!S_ISLNK(status.st_mode)) return printable(hop.string()) + " is not a regular file";
        hop = folder / fs::read_symlink(hop, error);
    }
    return printable(path.string()) +
           (error ? " can't be examined: " + error.message() : " is a loop of symbolic links");
}

}  // namespace patchbay
