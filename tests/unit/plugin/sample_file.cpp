#include "sample_file.hpp"

#include <patchbay/descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <system_error>

namespace patchbay::test {

namespace fs = std::filesystem;

fs::path sample_path(const std::string& name) { return fs::path{PATCHBAY_BAD_PLUGINS} / (name + ".so"); }

Bytes read_sample(const std::string& name) {
    std::ifstream stream{sample_path(name), std::ios::binary};
    if (!stream) throw std::runtime_error{sample_path(name).string() + " was not built"};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

std::size_t segment_header(const Bytes& bytes, Elf64_Word type) {
    const auto header = peek<Elf64_Ehdr>(bytes, 0);
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        const std::size_t offset = header.e_phoff + i * sizeof(Elf64_Phdr);
        if (peek<Elf64_Phdr>(bytes, offset).p_type == type) return offset;
    }
    throw std::runtime_error{"no such segment"};
}

std::size_t dynamic_entry(const Bytes& bytes, Elf64_Sxword tag) {
    std::size_t offset = peek<Elf64_Phdr>(bytes, segment_header(bytes, PT_DYNAMIC)).p_offset;
    for (;; offset += sizeof(Elf64_Dyn)) {
        const auto entry = peek<Elf64_Dyn>(bytes, offset);
        if (entry.d_tag == tag) return offset;
        if (entry.d_tag == DT_NULL) throw std::runtime_error{"no such dynamic entry"};
    }
}

std::size_t descriptor_offset(const Bytes& bytes) {
    const detail::DescriptorNote note{};
    const auto name = std::as_bytes(std::span{note.name});
    const auto found = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
    if (found == bytes.end()) throw std::runtime_error{"no descriptor"};
    return static_cast<std::size_t>(found - bytes.begin()) + name.size();
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "patchbay-gate-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::system_error{errno, std::generic_category(), pattern};
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::write(const std::string& name, const Bytes& bytes) const {
    const fs::path file = path_ / name;
    std::ofstream stream{file, std::ios::binary};
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    stream << text;
    stream.close();
    if (!stream) throw std::runtime_error{"can't write " + file.string()};
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
}

}  // namespace patchbay::test
