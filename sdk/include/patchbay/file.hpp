// Files that a response can carry. The host sends them straight from the disk's cache, whatever their size.
#pragma once

#include <patchbay/export.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

/// A regular file, open for reading. Copies share its descriptor, which the last of them closes. Opening may
/// wait for a disk or a network: do it in a blocking handler, or in run_blocking(). Thread-safe.
class PATCHBAY_API File {
public:
    using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

    /// Follows symbolic links; a path from a caller is Directory's business. Errors: std::system_error, also
    /// for what is no regular file.
    static File open(const std::filesystem::path& path);

    int descriptor() const noexcept;
    /// Bytes, as they were when it was opened.
    std::uint64_t size() const noexcept;
    Time modified() const noexcept;
    /// The last part of the path it was opened by.
    const std::string& name() const noexcept;

private:
    friend class Directory;
    struct Opened;
    explicit File(std::shared_ptr<const Opened> opened) noexcept : opened_{std::move(opened)} {}

    std::shared_ptr<const Opened> opened_;
};

/// The files beneath one directory, for paths that come from outside: neither "..", nor an absolute path, nor
/// a symbolic link leads out of it (openat2(2), RESOLVE_BENEATH). The directory is looked up for each call,
/// so it may be exchanged at any time. Thread-safe.
class PATCHBAY_API Directory {
public:
    explicit Directory(std::filesystem::path path) : path_{std::move(path)} {}

    const std::filesystem::path& path() const noexcept { return path_; }

    /// The regular file at a path relative to the directory; nothing when there is none. Errors:
    /// std::system_error when it can't be opened, e.g. for its permissions.
    std::optional<File> open(std::string_view relative) const;
    /// Whether a directory is there; "" is the directory itself. Errors: as open().
    bool has_directory(std::string_view relative) const;

private:
    std::filesystem::path path_;
};

/// The media type that the name's extension stands for, "application/octet-stream" if it is unknown. Text
/// types are UTF-8.
PATCHBAY_API std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace patchbay
