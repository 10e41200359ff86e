#include "plugin/symbol_name.hpp"

#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <vector>

namespace patchbay {
namespace {

template <class T>
std::optional<T> read_at(std::span<const char> file, std::uint64_t offset) {
    if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

std::string name_in(std::span<const char> file, const Elf64_Shdr& strings, std::uint64_t name) {
    if (name >= strings.sh_size || strings.sh_offset > file.size() ||
        strings.sh_size > file.size() - strings.sh_offset)
        return {};
    const char* const begin = file.data() + strings.sh_offset + name;
    return {begin, ::strnlen(begin, strings.sh_size - name)};
}

// The symbol of the table that spans the offset from the library's base.
std::string find_in_table(std::span<const char> file, const Elf64_Shdr& table, const Elf64_Shdr& strings,
                          std::uint64_t offset) {
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
        const auto symbol = read_at<Elf64_Sym>(file, table.sh_offset + at);
        if (!symbol) break;
        if (symbol->st_shndx != SHN_UNDEF && offset >= symbol->st_value &&
            offset - symbol->st_value < symbol->st_size)
            return name_in(file, strings, symbol->st_name);
    }
    return {};
}

std::string find_symbol(std::span<const char> file, std::uint64_t offset) {
    const auto header = read_at<Elf64_Ehdr>(file, 0);
    if (!header) return {};
    const auto section = [&](std::uint64_t number) {
        return read_at<Elf64_Shdr>(file, header->e_shoff + number * sizeof(Elf64_Shdr));
    };
    for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
        const auto table = section(i);
        if (!table || table->sh_type != SHT_SYMTAB) continue;
        const auto strings = section(table->sh_link);
        return strings ? find_in_table(file, *table, *strings, offset) : std::string{};
    }
    return {};
}

std::string demangled(const std::string& name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text{
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free};
    return text ? text.get() : name;
}

}  // namespace

std::string symbol_name(std::uintptr_t address) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(address), &info) == 0 || !info.dli_fname) return "unmapped memory";
    const std::uint64_t offset = address - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    std::ifstream stream{info.dli_fname, std::ios::binary};
    const std::vector<char> file{std::istreambuf_iterator<char>{stream}, {}};
    const std::string name = info.dli_sname ? std::string{info.dli_sname} : find_symbol(file, offset);
    std::ostringstream place;
    place << std::filesystem::path{info.dli_fname}.filename().string() << "+0x" << std::hex << offset;
    return name.empty() ? place.str() : demangled(name) + " (" + place.str() + ")";
}

}  // namespace patchbay
