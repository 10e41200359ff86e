#include "application/private_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

constexpr const char* lock_name = ".lock";
const std::string prefix = "patchbay.";  // before six letters of mkdtemp

// The lock, or -1 and errno when another process has it or there is none.
int take_lock(const fs::path& folder, int more_flags) {
    const fs::path file = folder / lock_name;
    const int lock = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | more_flags, 0600);
    if (lock < 0) return -1;
    struct stat held{};
    struct stat there{};
    // Whoever removes the folder has had the lock: then the file is another, or gone.
    const bool locked = ::flock(lock, LOCK_EX | LOCK_NB) == 0 && ::fstat(lock, &held) == 0 &&
                        ::lstat(file.c_str(), &there) == 0;
    if (locked && held.st_ino == there.st_ino) return lock;
    const int why = locked ? EWOULDBLOCK : errno;
    ::close(lock);
    errno = why;
    return -1;
}

bool is_own_folder(const fs::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

// Of a folder with nothing else in it; unlike fs::remove_all, without a descriptor, which there may be none
// of.
void remove_unlocked(const fs::path& folder) {
    std::error_code ignored;
    fs::remove(folder / lock_name, ignored);
    fs::remove(folder, ignored);
}

void remove_abandoned(const fs::path& parent) {
    std::error_code error;
    for (fs::directory_iterator entry{parent, error}, end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || name.size() != prefix.size() + 6) continue;
        if (!is_own_folder(entry->path())) continue;
        const int lock = take_lock(entry->path(), 0);
        if (lock < 0) continue;
        std::error_code ignored;
        fs::remove_all(entry->path(), ignored);
        ::close(lock);
    }
}

// Errors: std::runtime_error.
fs::path folder_for_temporary_files() {
    std::error_code error;
    fs::path folder = fs::temp_directory_path(error);
    if (!error) return folder;
    const char* const variable = std::getenv("TMPDIR");
    throw std::runtime_error{"no folder for plugin copies: " +
                             (variable ? "TMPDIR is '" + std::string{variable} + "': " : std::string{}) +
                             error.message() + ": set TMPDIR or plugins.private_directory to a folder"};
}

// Whether another folder would do better. /proc has ENOENT for those who would make one there.
bool is_of_the_place(std::error_code error) {
    constexpr std::array errors{EACCES, EPERM, EROFS, ENOENT, ENOTDIR};
    return std::ranges::find(errors, error.value()) != errors.end();
}

[[noreturn]] void fail(const std::string& what, std::error_code error, const fs::path& configured) {
    std::string sentence = what + ": " + error.message();
    if (is_of_the_place(error)) {
        sentence += ": set ";
        if (configured.empty()) sentence += "TMPDIR or ";
        sentence += "plugins.private_directory to a folder that this user can write to";
    }
    throw std::runtime_error{sentence};
}

}  // namespace

PrivateDirectory::PrivateDirectory(const fs::path& configured)
    : configured_{configured.empty() ? configured : fs::absolute(configured)} {
    make();
}

void PrivateDirectory::make() {
    const fs::path parent = configured_.empty() ? folder_for_temporary_files() : configured_;
    std::error_code error;
    if (!configured_.empty()) fs::create_directories(parent, error);
    if (error) fail("cannot make the folder for plugin copies " + parent.string(), error, configured_);
    remove_abandoned(parent);
    // Another process may take it for abandoned before it is locked.
    for (int attempts = 0;; ++attempts) {
        std::string folder = (parent / (prefix + "XXXXXX")).string();
        if (!::mkdtemp(folder.data()))
            fail("cannot make " + folder, {errno, std::generic_category()}, configured_);
        const int lock = take_lock(folder, O_CREAT);
        if (lock >= 0) {
            path_ = folder;
            lock_ = lock;
            return;
        }
        const std::error_code unlocked{errno, std::generic_category()};
        remove_unlocked(folder);
        if (attempts == 10) fail("cannot lock " + folder, unlocked, configured_);
    }
}

bool PrivateDirectory::renew() {
    if (lock_ >= 0 && is_own_folder(path_)) return false;
    if (lock_ >= 0) ::close(lock_);
    lock_ = -1;
    make();
    return true;
}

PrivateDirectory::~PrivateDirectory() {
    if (lock_ < 0) return;  // its folder is gone, and there is no other
    std::error_code ignored;
    const auto count = std::distance(fs::directory_iterator{path_, ignored}, fs::directory_iterator{});
    if (count <= 1) fs::remove_all(path_, ignored);
    ::close(lock_);
}

}  // namespace patchbay
