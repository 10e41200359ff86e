// A folder of a plugin's own that takes in what callers send. Its functions wait for a disk: use them in
// blocking handlers, or in run_blocking(). Who runs the server must be able to write there; the plugin
// decides what is deleted.
#pragma once

#include <patchbay/export.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace patchbay {

/// A file in the making. Nobody sees it under its name until it is whole, and what is not saved is deleted
/// with this object. A crash may leave a file `.upload-...`. Thread-safety: none.
class PATCHBAY_API Upload {
public:
    Upload(Upload&&) noexcept;
    Upload& operator=(Upload&&) = delete;
    ~Upload();

    /// Errors: std::system_error, such as ENOSPC.
    void write(std::string_view bytes);
    /// Gives it its name. Errors: as UploadFolder::save().
    void save_as(std::string_view name);
    /// Gives it a name of 32 hexadecimal digits that nobody can guess, and says which.
    std::string save();

private:
    friend class UploadFolder;
    struct Temporary;
    explicit Upload(std::unique_ptr<Temporary> temporary) noexcept;

    std::unique_ptr<Temporary> temporary_;
};

/// The folder is looked up for each upload, so it may be exchanged at any time. Files are made with the mode
/// 0600, are never executable and never replace others. Thread-safe.
class PATCHBAY_API UploadFolder {
public:
    explicit UploadFolder(std::filesystem::path path) : path_{std::move(path)} {}

    const std::filesystem::path& path() const noexcept { return path_; }

    /// For what arrives in pieces. Errors: std::system_error.
    Upload begin() const;

    /// Stores it under a name of 32 hexadecimal digits that nobody can guess, and says which: the way to go.
    /// Keep the name the caller gave it elsewhere. Errors: std::system_error.
    std::string save(std::string_view bytes) const;
    /// Stores it under that name. Errors: std::system_error, with EEXIST when there is such a file already;
    /// std::invalid_argument for a name that is empty, begins with a dot, has a slash or a control character,
    /// or more than 255 bytes.
    void save_as(std::string_view name, std::string_view bytes) const;

private:
    std::filesystem::path path_;
};

}  // namespace patchbay
