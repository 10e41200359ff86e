// For LD_PRELOAD: reading a directory called "plugins" fails after its last entry.
#include <array>
#include <cerrno>
#include <dirent.h>
#include <dlfcn.h>
#include <string>
#include <string_view>
#include <unistd.h>

extern "C" dirent* readdir(DIR* directory) {
    static const auto next = reinterpret_cast<dirent* (*)(DIR*)>(dlsym(RTLD_NEXT, "readdir"));
    if (dirent* const entry = next(directory)) return entry;
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(::dirfd(directory));
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    if (length > 0 && std::string_view{path.data(), static_cast<std::size_t>(length)}.ends_with("/plugins"))
        errno = EIO;
    return nullptr;
}
