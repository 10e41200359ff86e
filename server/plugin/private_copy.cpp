#include "plugin/private_copy.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

// Copying to a full tmpfs says EIO.
void copy_plugin(const fs::path& original, const fs::path& copy) {
    std::error_code error;
    if (fs::copy_file(original, copy, error)) return;
    if (error == std::errc::io_error && fs::space(copy.parent_path()).available == 0)
        error = std::make_error_code(std::errc::no_space_on_device);
    throw fs::filesystem_error{"cannot copy file", original, copy, error};
}

}  // namespace

PrivateCopy::PrivateCopy(const fs::path& original, const fs::path& directory) : original_{original} {
    std::string folder = (directory / (original.stem().string() + ".XXXXXX")).string();
    if (!::mkdtemp(folder.data())) {
        throw fs::filesystem_error{"cannot make a private folder", folder, {errno, std::generic_category()}};
    }
    folder_ = folder;
    path_ = folder_ / original.filename();
    try {
        copy_plugin(original, path_);
        fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec);
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
        throw;
    }
}

PrivateCopy::PrivateCopy(PrivateCopy&& other) noexcept
    : original_{std::move(other.original_)},
      folder_{std::exchange(other.folder_, {})},
      path_{std::move(other.path_)} {}

PrivateCopy::~PrivateCopy() { remove(); }

void PrivateCopy::remove() noexcept {
    if (folder_.empty()) return;
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    folder_.clear();
}

void PrivateCopy::link_siblings(const std::vector<std::string>& needed) {
    for (const std::string& name : needed) {
        const fs::path sibling = original_.parent_path() / name;
        if (name.find('/') == std::string::npos && fs::exists(sibling)) {
            // To the file itself: the original's folder may be another copy's, which goes first.
            fs::create_symlink(fs::canonical(sibling), folder_ / name);
        }
    }
}

}  // namespace patchbay
