// The folder of this process in which plugin copies lie. It is locked for as long as the process lives, so
// that another can tell what a killed one has left behind. Owned by the application; one thread at a time.
#pragma once

#include <filesystem>

namespace patchbay {

class PrivateDirectory {
public:
    /// Makes a folder of its own in `configured`, or where temporary files go when that is empty, and removes
    /// those there whose processes are gone. Errors: std::runtime_error that says what to do.
    explicit PrivateDirectory(const std::filesystem::path& configured);
    /// What a library that stays mapped was loaded from is left behind, for the next process to remove.
    ~PrivateDirectory();
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Makes another if somebody has deleted it. True when that was so. Errors: as the constructor.
    bool renew();

private:
    void make();

    std::filesystem::path configured_;
    std::filesystem::path path_;
    int lock_ = -1;  // in path_; none once another folder was wanted and not had
};

}  // namespace patchbay
