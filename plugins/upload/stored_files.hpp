// The folder of what was uploaded. It is all the state there is: what is in it is listed, whoever put it
// there. Every function waits for a disk: for blocking handlers. Thread-safe.
#pragma once

#include <patchbay/plugin.hpp>
#include <patchbay/upload_folder.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace upload {

/// The name under which a file is stored that was sent under another: ASCII letters, digits, '.', '-' and
/// '_', with '_' for every other byte, no dot in front, and 100 bytes at most. No such name leads out of a
/// folder.
std::string storable_name(std::string_view sent);

struct StoredFile {
    std::string name;
    std::uint64_t size = 0;  ///< bytes
};

class StoredFiles {
public:
    /// Makes the folder, but not its parents. Errors: std::system_error when nothing can be stored there.
    StoredFiles(const std::filesystem::path& folder, std::size_t max_files);

    const std::filesystem::path& folder() const noexcept { return folder_.path(); }

    /// By name.
    std::vector<StoredFile> list() const;
    /// Nothing when there is none of that name, which may be any text.
    std::optional<patchbay::File> open(std::string_view name) const;
    /// Whether there was one.
    bool remove(std::string_view name) const;

    /// Errors (both): HttpError(507) when there are `max_files`; std::system_error.
    patchbay::Upload begin() const;
    /// Stores it under its storable_name(), with a number where there is such a file already: "a.txt",
    /// "a-2.txt". Gives that name.
    std::string save(patchbay::Upload upload, std::string_view sent_name);

private:
    void require_room() const;

    const patchbay::UploadFolder folder_;
    const std::size_t max_files_;
    std::mutex mutex_;  // from the count of the files to the new one
};

}  // namespace upload
