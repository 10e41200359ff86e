// What the gate needs to know of a shared object, read from its bytes without loading it: plain values that
// outlive the bytes. The reader trusts nothing it reads. No state: any thread.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

struct ElfImage {
    std::vector<std::byte> descriptor;  // of the first Patchbay note; empty when there is none
    std::size_t descriptor_count = 0;   // a sound plugin has one

    // Symbols the dynamic linker can find in this file, mangled, in the file's order.
    std::vector<std::string> defined_symbols;
    std::vector<std::string> unique_symbols;  // those that are STB_GNU_UNIQUE

    std::vector<std::string> needed;  // DT_NEEDED
    std::string rpath;                // DT_RPATH, which the loader ignores when there is a run path
    std::string runpath;              // DT_RUNPATH
    bool no_delete = false;           // DF_1_NODELETE: dlclose never unmaps it
    bool executable = false;          // DF_1_PIE: dlopen refuses it
    bool text_relocations = false;    // DT_TEXTREL or DF_TEXTREL

    bool defines(std::string_view symbol) const;
};

/// Reads a complete 64-bit little-endian shared object for the host's machine. Sections are not needed: a
/// stripped file, or one without a section table, tells as much.
/// Errors: one sentence without the file's name: what is wrong, both sides where there are two. Bytes past
/// the end of `file` are never read, and the work is linear in its size, whatever it holds.
boost::system::result<ElfImage, std::string> parse_elf_image(std::span<const std::byte> file);

/// "x86-64", "AArch64", or "machine N" for an ELF e_machine without a name here.
std::string machine_name(std::uint16_t machine);

}  // namespace patchbay
