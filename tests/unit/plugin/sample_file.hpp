// The shared objects of tests/plugins/bad as bytes to be damaged, and a private folder to write them to.
#pragma once

#include <cstddef>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <string>
#include <vector>

namespace patchbay::test {

using Bytes = std::vector<std::byte>;

std::filesystem::path sample_path(const std::string& name);
Bytes read_sample(const std::string& name);

template <typename T>
T peek(const Bytes& bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, &bytes.at(offset + sizeof(T) - 1) - (sizeof(T) - 1), sizeof(T));
    return value;
}

template <typename T>
void poke(Bytes& bytes, std::size_t offset, const T& value) {
    std::memcpy(&bytes.at(offset + sizeof(T) - 1) - (sizeof(T) - 1), &value, sizeof(T));
}

/// File offset of the header of the first segment of a type.
std::size_t segment_header(const Bytes& bytes, Elf64_Word type);

/// File offset of the first entry of the dynamic section with a tag.
std::size_t dynamic_entry(const Bytes& bytes, Elf64_Sxword tag);

/// File offset of the descriptor inside its note.
std::size_t descriptor_offset(const Bytes& bytes);

/// A folder of mode 0700, gone with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path write(const std::string& name, const Bytes& bytes) const;

private:
    std::filesystem::path path_;
};

}  // namespace patchbay::test
