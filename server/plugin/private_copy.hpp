// The file that a generation is really loaded from: a copy nobody else writes to, under a name no other
// generation has. Loading the operator's own file would crash the process when a compiler writes over it, and
// dlopen of a path that is loaded already gives the old library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchbay {

/// Owns a folder with the copy in it, and beside it links to the libraries of the plugin's own folder that it
/// needs. The destructor deletes the folder.
class PrivateCopy {
public:
    /// Copies `original` into a new folder below `directory`. Errors: std::filesystem::filesystem_error.
    PrivateCopy(const std::filesystem::path& original, const std::filesystem::path& directory);
    PrivateCopy(PrivateCopy&& other) noexcept;
    PrivateCopy& operator=(PrivateCopy&&) = delete;
    ~PrivateCopy();

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Links those of `needed` (file names, as DT_NEEDED has them) that lie beside the original.
    void link_siblings(const std::vector<std::string>& needed);
    void remove() noexcept;
    /// Leaves the folder behind: its library stays mapped, and backtraces want the file.
    void keep() noexcept { folder_.clear(); }

private:
    std::filesystem::path original_;
    std::filesystem::path folder_;
    std::filesystem::path path_;
};

}  // namespace patchbay
