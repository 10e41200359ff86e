#include "plugin/elf_image.hpp"
#include "sample_file.hpp"

#include <patchbay/descriptor.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace patchbay;
using namespace patchbay::test;

namespace {

std::string problem_of(const Bytes& bytes) {
    const auto image = parse_elf_image(bytes);
    return image ? "none" : image.error();
}

std::string size_text(const Bytes& bytes) { return std::to_string(bytes.size()); }

}  // namespace

TEST_CASE("the descriptor and the entry points are found whatever the linker made of the file") {
    const auto name = GENERATE(as<std::string>{}, "good", "good_stripped", "good_sysv_hash",
                               "good_unused_sections_removed");
    CAPTURE(name);
    const auto image = parse_elf_image(read_sample(name));
    REQUIRE(image.has_value());
    CHECK(image->descriptor_count == 1);
    REQUIRE(image->descriptor.size() == sizeof(PluginDescriptor));
    const auto descriptor = peek<PluginDescriptor>(image->descriptor, 0);
    CHECK(std::string{descriptor.name} == "sample");
    CHECK(std::string{descriptor.version} == "1.2.3");
    CHECK(descriptor.concurrency == Concurrency::parallel);
    CHECK(image->defines("patchbay_plugin_create"));
    CHECK(image->defines("patchbay_plugin_destroy"));
    CHECK_FALSE(image->defines("__cxa_finalize"));  // only referred to
    CHECK_FALSE(image->needed.empty());
    CHECK(image->unique_symbols.empty());
    CHECK_FALSE(image->no_delete);
    CHECK_FALSE(image->executable);
    CHECK_FALSE(image->text_relocations);
}

TEST_CASE("a file without a section table tells as much") {
    Bytes bytes = read_sample("good_stripped");
    const auto whole = parse_elf_image(bytes);
    auto header = peek<Elf64_Ehdr>(bytes, 0);
    const std::size_t table = header.e_shoff;
    header.e_shoff = 0;
    header.e_shnum = 0;
    header.e_shstrndx = 0;
    poke(bytes, 0, header);
    bytes.resize(table);
    const auto image = parse_elf_image(bytes);
    REQUIRE(image.has_value());
    CHECK(image->descriptor == whole->descriptor);
    CHECK(image->defined_symbols == whole->defined_symbols);
    CHECK(image->needed == whole->needed);
}

TEST_CASE("the linker's flags and search paths are read") {
    CHECK(parse_elf_image(read_sample("no_delete"))->no_delete);
    CHECK(parse_elf_image(read_sample("run_path"))->runpath == "/opt/sample/lib");
    CHECK(parse_elf_image(read_sample("run_path"))->rpath.empty());
    CHECK(parse_elf_image(read_sample("old_run_path"))->rpath == "/opt/sample/lib");

    Bytes bytes = read_sample("no_delete");
    const std::size_t flags = dynamic_entry(bytes, DT_FLAGS_1);
    auto entry = peek<Elf64_Dyn>(bytes, flags);
    entry.d_un.d_val |= DF_1_PIE;
    poke(bytes, flags, entry);
    CHECK(parse_elf_image(bytes)->executable);

    poke(bytes, flags, Elf64_Dyn{DT_TEXTREL, {0}});
    CHECK(parse_elf_image(bytes)->text_relocations);
    poke(bytes, flags, Elf64_Dyn{DT_FLAGS, {DF_TEXTREL}});
    CHECK(parse_elf_image(bytes)->text_relocations);
}

TEST_CASE("what is not a whole shared object for this machine is refused in one sentence") {
    Bytes bytes = read_sample("good");
    auto header = peek<Elf64_Ehdr>(bytes, 0);

    SECTION("empty") { CHECK(problem_of({}) == "empty file: was it still being written?"); }
    SECTION("another format") { CHECK(problem_of(Bytes(100, std::byte{'#'})) == "not an ELF file"); }
    SECTION("cut in the ELF header") {
        bytes.resize(20);
        CHECK(problem_of(bytes) ==
              "truncated: the ELF header ends at 64, the file has 20 bytes: was it still being written?");
    }
    SECTION("cut in the program headers") {
        bytes.resize(100);
        CHECK(problem_of(bytes) == "truncated: the program header table ends at " +
                                       std::to_string(header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr)) +
                                       ", the file has 100 bytes: was it still being written?");
    }
    SECTION("cut in the last byte") {
        bytes.pop_back();
        CHECK(problem_of(bytes) == "truncated: the section table ends at " +
                                       std::to_string(bytes.size() + 1) + ", the file has " +
                                       size_text(bytes) + " bytes: was it still being written?");
    }
    SECTION("32 bits") {
        header.e_ident[EI_CLASS] = ELFCLASS32;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "not a 64-bit ELF file, this host is 64-bit");
    }
    SECTION("big-endian") {
        header.e_ident[EI_DATA] = ELFDATA2MSB;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "not a little-endian ELF file, this host is little-endian");
    }
    SECTION("another machine") {
        header.e_machine = EM_RISCV;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "built for machine 243, this host is " +
                                       machine_name(peek<Elf64_Ehdr>(read_sample("good"), 0).e_machine));
    }
    SECTION("an object file") {
        header.e_type = ET_REL;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "ELF type 1, not a shared object (type 3)");
    }
    SECTION("no program headers") {
        header.e_phnum = 0;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "damaged: no program headers");
    }
    SECTION("program headers of another size") {
        header.e_phentsize = 32;
        poke(bytes, 0, header);
        CHECK(problem_of(bytes) == "damaged: program headers of 32 bytes, not 56");
    }
}

TEST_CASE("a segment past the end of the file is named, and offsets that overflow are caught") {
    Bytes bytes = read_sample("good");
    const std::size_t first_load = segment_header(bytes, PT_LOAD);
    const std::size_t index = (first_load - peek<Elf64_Ehdr>(bytes, 0).e_phoff) / sizeof(Elf64_Phdr);
    auto segment = peek<Elf64_Phdr>(bytes, first_load);
    segment.p_filesz = bytes.size() + 7 - segment.p_offset;
    poke(bytes, first_load, segment);
    CHECK(problem_of(bytes) == "truncated: segment " + std::to_string(index) + " ends at " +
                                   std::to_string(bytes.size() + 7) + ", the file has " + size_text(bytes) +
                                   " bytes: was it still being written?");
    segment.p_offset = 16;
    segment.p_filesz = ~std::uint64_t{0};
    poke(bytes, first_load, segment);
    CHECK(problem_of(bytes) == "damaged: segment " + std::to_string(index) + " is larger than any file");
}

TEST_CASE("tables that lie outside the file are refused") {
    Bytes bytes = read_sample("good");
    const auto set_dynamic = [&bytes](Elf64_Sxword tag, std::uint64_t value) {
        poke(bytes, dynamic_entry(bytes, tag), Elf64_Dyn{tag, {value}});
    };
    SECTION("strings") {
        set_dynamic(DT_STRTAB, 0x7fffffff);
        CHECK(problem_of(bytes) == "damaged: the dynamic string table is not in the file");
    }
    SECTION("a library's name") {
        set_dynamic(DT_NEEDED, 0x7fffffff);
        CHECK(problem_of(bytes) == "damaged: a name in the dynamic section is not in its string table");
    }
    SECTION("a library's name just past the strings") {
        set_dynamic(DT_NEEDED, peek<Elf64_Dyn>(bytes, dynamic_entry(bytes, DT_STRSZ)).d_un.d_val + 9);
        CHECK(problem_of(bytes) == "damaged: a name in the dynamic section is not in its string table");
    }
    SECTION("a library's name that the strings cut short") {
        set_dynamic(DT_STRSZ, peek<Elf64_Dyn>(bytes, dynamic_entry(bytes, DT_NEEDED)).d_un.d_val + 3);
        CHECK(problem_of(bytes) == "damaged: a name in the dynamic section is not in its string table");
    }
    SECTION("symbols") {
        set_dynamic(DT_SYMTAB, 0x7fffffff);
        CHECK(problem_of(bytes) == "damaged: the dynamic symbols are not in the file");
    }
    SECTION("the hash table") {
        set_dynamic(DT_GNU_HASH, 0x7fffffff);
        CHECK(problem_of(bytes) == "damaged: the dynamic symbols are not in the file");
    }
    SECTION("a note") {
        poke(bytes, descriptor_offset(bytes) - 20, std::uint32_t{0xfffffff0});
        CHECK(problem_of(bytes) == "damaged: a note runs past its segment");
    }
    SECTION("the dynamic section") {
        const std::size_t header = segment_header(bytes, PT_DYNAMIC);
        auto segment = peek<Elf64_Phdr>(bytes, header);
        segment.p_vaddr = 0x7fffffff;
        poke(bytes, header, segment);
        CHECK(problem_of(bytes) == "the dynamic section is not in the file: a separate debug file?");
        segment.p_type = PT_NULL;
        poke(bytes, header, segment);
        CHECK(problem_of(bytes) == "no dynamic section: not a shared object");
    }
}

TEST_CASE("a hash table that counts more symbols than the file holds is refused at once") {
    Bytes bytes = read_sample("good_sysv_hash");
    // The tables at the front of these files are mapped at their offsets.
    const auto hash = peek<Elf64_Dyn>(bytes, dynamic_entry(bytes, DT_HASH)).d_un.d_val;
    const auto symbols = peek<Elf64_Dyn>(bytes, dynamic_entry(bytes, DT_SYMTAB)).d_un.d_val;
    poke(bytes, hash + sizeof(std::uint32_t), std::uint32_t{0xffffffff});
    CHECK(problem_of(bytes) == "truncated: the dynamic symbol table ends at " +
                                   std::to_string(symbols + 0xffffffffULL * sizeof(Elf64_Sym)) +
                                   ", the file has " + size_text(bytes) +
                                   " bytes: was it still being written?");
}

TEST_CASE("overlapping tables can't make the work more than linear") {
    auto header = peek<Elf64_Ehdr>(read_sample("good"), 0);
    header.e_phoff = sizeof(header);
    header.e_phnum = 2;
    header.e_shnum = 0;
    const std::size_t front = sizeof(header) + 2 * sizeof(Elf64_Phdr);
    Bytes bytes(front + 40000);
    poke(bytes, 0, header);

    SECTION("two segments of the same notes") {
        const Elf64_Phdr notes{PT_NOTE, PF_R, front, 0, 0, 40000, 40000, 4};
        poke(bytes, sizeof(header), notes);
        poke(bytes, sizeof(header) + sizeof(notes), notes);
        CHECK(problem_of(bytes) == "damaged: its note segments overlap");
    }
    SECTION("a thousand libraries of the same long name") {
        const Elf64_Phdr load{PT_LOAD, PF_R, 0, 0, 0, bytes.size(), bytes.size(), 4096};
        const Elf64_Phdr dynamic{PT_DYNAMIC, PF_R, front, front, front, 20000, 20000, 8};
        poke(bytes, sizeof(header), load);
        poke(bytes, sizeof(header) + sizeof(load), dynamic);
        std::size_t at = front;
        for (const Elf64_Dyn& entry : {Elf64_Dyn{DT_STRTAB, {front + 20000}}, Elf64_Dyn{DT_STRSZ, {20000}}}) {
            poke(bytes, at, entry);
            at += sizeof(entry);
        }
        for (int i = 0; i < 1000; ++i, at += sizeof(Elf64_Dyn)) poke(bytes, at, Elf64_Dyn{DT_NEEDED, {0}});
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(front + 20000), bytes.end() - 1,
                  std::byte{'a'});
        CHECK(problem_of(bytes) == "damaged: a name in the dynamic section is not in its string table");
    }
}

#if defined(__GNUC__) && !defined(__clang__)
TEST_CASE("symbols that pin a file are listed") {
    const auto image = parse_elf_image(read_sample("unique_symbol"));
    REQUIRE(image.has_value());
    CHECK(image->unique_symbols == std::vector<std::string>{"_ZN6sample5callsE"});
}
#endif
