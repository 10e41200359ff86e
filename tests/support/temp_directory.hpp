// A private folder (mode 0700) that is gone with the object. Owned by one test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace patchbay::test {

class TempDirectory {
public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// Errors (both): std::runtime_error.
std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace patchbay::test
