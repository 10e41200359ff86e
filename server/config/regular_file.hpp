// Reads a small file, and nothing that only looks like one: a FIFO would keep its reader waiting, a device
// would never end. Stateless; the thread that loads.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace patchbay::detail {

struct FileText {
    std::string text;
    std::string problem;  // why there is none: "there is no such file"; empty when all is well
};

constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;
constexpr const char* file_too_large = "the file is larger than 1MiB";

/// `expected` is for the sentence about what is no regular file: "a YAML file".
FileText read_regular_file(const std::filesystem::path& file, const std::string& expected);

}  // namespace patchbay::detail
