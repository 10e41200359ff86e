// Where a log goes: a file of its own, or one of the process's standard streams. Owned and used by
// the thread that writes.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>
#include <sys/types.h>

namespace patchbay {

class LogTarget {
public:
    /// "stdout", "stderr", or a file that is made when it is not there and appended to. A FIFO counts as a
    /// file; nobody need read it yet. Errors: std::system_error.
    explicit LogTarget(std::filesystem::path name);
    /// The descriptor stays the caller's.
    explicit LogTarget(int descriptor) noexcept : descriptor_{descriptor} {}
    ~LogTarget();
    LogTarget(const LogTarget&) = delete;
    LogTarget& operator=(const LogTarget&) = delete;

    const std::filesystem::path& name() const noexcept { return name_; }
    bool is_terminal() const noexcept;

    /// The bytes that were taken; 0 when none were within `patience`; -1 with errno. A disk that hangs, hangs
    /// this too.
    ssize_t write_some(std::string_view bytes, std::chrono::milliseconds patience) noexcept;

    /// Opens the file by its name again, which after a rotation is another. What was open stays so when that
    /// fails. Errors: std::system_error.
    void reopen();

private:
    int open_file() const;

    std::filesystem::path name_;
    int descriptor_ = -1;
    bool own_ = false;  // not shared with other processes, so that it need not block
};

}  // namespace patchbay
