#include "plugin/elf_image.hpp"

#include <patchbay/descriptor.hpp>

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <optional>

namespace patchbay {
namespace {

constexpr std::uint16_t host_machine = make_descriptor("", "", Concurrency::home_loop).architecture;

/// Names may overlap in the string table; a damaged or hostile file must not turn that into quadratic work.
constexpr std::uint64_t most_name_bytes_per_file_byte = 16;

struct SymbolRange {
    std::uint64_t first;
    std::uint64_t end;
};

/// One pass over the bytes. Each step returns false once `problem_` says why the file can't be used.
class Reader {
public:
    explicit Reader(std::span<const std::byte> file) : file_{file} {}

    boost::system::result<ElfImage, std::string> read() {
        const bool whole = check_header() && read_segments() && check_sections();
        if (whole && read_notes() && read_dynamic() && read_symbols()) return std::move(image_);
        return std::move(problem_);
    }

private:
    bool check_header();
    bool read_segments();
    bool check_sections();
    bool read_notes();
    bool read_note_segment(std::uint64_t position, std::uint64_t end, std::uint64_t alignment);
    bool read_dynamic();
    void read_dynamic_entry(const Elf64_Dyn& entry);
    bool read_dynamic_strings(const std::vector<Elf64_Dyn>& entries);
    bool read_symbols();
    bool read_symbol(std::uint64_t position);
    std::optional<SymbolRange> hash_range() const;
    std::optional<SymbolRange> gnu_hash_range() const;

    bool fail(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }
    bool fits(std::string_view what, std::uint64_t offset, std::uint64_t length);
    template <typename T>
    bool load(T& into, std::uint64_t offset) const;
    std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
    std::optional<std::string> text_at(std::uint64_t offset);

    std::span<const std::byte> file_;
    Elf64_Ehdr header_{};
    std::vector<Elf64_Phdr> segments_;
    // Addresses of tables, 0 when absent: the ELF header lies there, so no table can.
    std::uint64_t string_table_ = 0, symbol_table_ = 0, hash_ = 0, gnu_hash_ = 0;
    std::uint64_t string_table_size_ = 0;
    std::span<const std::byte> strings_;
    std::uint64_t note_bytes_ = 0, name_bytes_ = 0;  // looked at so far
    ElfImage image_;
    std::string problem_;
};

template <typename T>
bool Reader::load(T& into, std::uint64_t offset) const {
    if (offset > file_.size() || sizeof(T) > file_.size() - offset) return false;
    std::memcpy(&into, file_.data() + offset, sizeof(T));
    return true;
}

bool Reader::fits(std::string_view what, std::uint64_t offset, std::uint64_t length) {
    if (offset <= file_.size() && length <= file_.size() - offset) return true;
    const std::uint64_t end = offset + length;
    if (end < offset) return fail("damaged: " + std::string{what} + " is larger than any file");
    return fail("truncated: " + std::string{what} + " ends at " + std::to_string(end) + ", the file has " +
                std::to_string(file_.size()) + " bytes: was it still being written?");
}

/// Where the loader would find `address`, as far as the file itself holds it.
std::optional<std::uint64_t> Reader::offset_of(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
        const std::uint64_t into = address - segment.p_vaddr;
        if (into < segment.p_filesz) return segment.p_offset + into;
    }
    return std::nullopt;
}

std::optional<std::string> Reader::text_at(std::uint64_t offset) {
    if (offset >= strings_.size()) return std::nullopt;
    const auto rest = strings_.subspan(offset);
    const auto end = std::find(rest.begin(), rest.end(), std::byte{0});
    if (end == rest.end()) return std::nullopt;
    std::string text(static_cast<std::size_t>(end - rest.begin()), '\0');
    std::memcpy(text.data(), rest.data(), text.size());
    name_bytes_ += text.size();
    if (name_bytes_ > file_.size() * most_name_bytes_per_file_byte) return std::nullopt;
    return text;
}

bool Reader::check_header() {
    if (file_.empty()) return fail("empty file: was it still being written?");
    if (file_.size() < SELFMAG || std::memcmp(file_.data(), ELFMAG, SELFMAG) != 0)
        return fail("not an ELF file");
    if (!fits("the ELF header", 0, sizeof(header_))) return false;
    load(header_, 0);
    if (header_.e_ident[EI_CLASS] != ELFCLASS64) return fail("not a 64-bit ELF file, this host is 64-bit");
    if (header_.e_ident[EI_DATA] != ELFDATA2LSB)
        return fail("not a little-endian ELF file, this host is little-endian");
    if (header_.e_machine != host_machine) {
        return fail("built for " + machine_name(header_.e_machine) + ", this host is " +
                    machine_name(host_machine));
    }
    if (header_.e_type != ET_DYN) {
        return fail("ELF type " + std::to_string(header_.e_type) + ", not a shared object (type " +
                    std::to_string(ET_DYN) + ")");
    }
    return true;
}

bool Reader::read_segments() {
    if (header_.e_phnum == 0) return fail("damaged: no program headers");
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) {
        return fail("damaged: program headers of " + std::to_string(header_.e_phentsize) + " bytes, not " +
                    std::to_string(sizeof(Elf64_Phdr)));
    }
    if (!fits("the program header table", header_.e_phoff, header_.e_phnum * sizeof(Elf64_Phdr)))
        return false;
    segments_.resize(header_.e_phnum);
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        load(segments_[i], header_.e_phoff + i * sizeof(Elf64_Phdr));
        const Elf64_Phdr& segment = segments_[i];
        const bool read_later = segment.p_type == PT_LOAD || segment.p_type == PT_NOTE;
        if (read_later && !fits("segment " + std::to_string(i), segment.p_offset, segment.p_filesz))
            return false;
    }
    return true;
}

/// Nothing is read from the sections, but their table is the last thing most linkers write.
bool Reader::check_sections() {
    if (header_.e_shnum == 0) return true;
    return fits("the section table", header_.e_shoff, std::uint64_t{header_.e_shnum} * header_.e_shentsize);
}

bool Reader::read_notes() {
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type != PT_NOTE) continue;
        note_bytes_ += segment.p_filesz;
        if (note_bytes_ > file_.size()) return fail("damaged: its note segments overlap");
        const std::uint64_t alignment = segment.p_align == 8 ? 8 : 4;
        if (!read_note_segment(segment.p_offset, segment.p_offset + segment.p_filesz, alignment))
            return false;
    }
    return true;
}

bool Reader::read_note_segment(std::uint64_t position, std::uint64_t end, std::uint64_t alignment) {
    const auto align = [alignment](std::uint64_t length) {
        return (length + alignment - 1) / alignment * alignment;
    };
    Elf64_Nhdr note{};
    while (end - position >= sizeof(note)) {
        load(note, position);
        const std::uint64_t name_at = position + sizeof(note);
        const std::uint64_t content = align(sizeof(note) + note.n_namesz);
        if (content + note.n_descsz > end - position) return fail("damaged: a note runs past its segment");
        const auto name = file_.subspan(name_at, note.n_namesz);
        if (note.n_type == descriptor_note_type && name.size() == descriptor_note_name.size() + 1 &&
            std::memcmp(name.data(), descriptor_note_name.data(), descriptor_note_name.size()) == 0) {
            const auto bytes = file_.subspan(position + content, note.n_descsz);
            if (image_.descriptor_count++ == 0) image_.descriptor.assign(bytes.begin(), bytes.end());
        }
        position += std::min(align(content + note.n_descsz), end - position);
    }
    return true;
}

bool Reader::read_dynamic() {
    const auto is_dynamic = [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; };
    const auto dynamic = std::find_if(segments_.begin(), segments_.end(), is_dynamic);
    if (dynamic == segments_.end()) return fail("no dynamic section: not a shared object");
    const auto start = offset_of(dynamic->p_vaddr);
    if (!start) return fail("the dynamic section is not in the file: a separate debug file?");
    std::vector<Elf64_Dyn> entries;
    Elf64_Dyn entry{};
    for (std::uint64_t at = *start;; at += sizeof(entry)) {
        if (!load(entry, at)) return fail("damaged: the dynamic section has no end");
        if (entry.d_tag == DT_NULL) break;
        read_dynamic_entry(entry);
        entries.push_back(entry);
    }
    return read_dynamic_strings(entries);
}

void Reader::read_dynamic_entry(const Elf64_Dyn& entry) {
    const auto tag = entry.d_tag;
    const std::uint64_t value = entry.d_un.d_val;
    if (tag == DT_STRTAB) string_table_ = value;
    if (tag == DT_STRSZ) string_table_size_ = value;
    if (tag == DT_SYMTAB) symbol_table_ = value;
    if (tag == DT_HASH) hash_ = value;
    if (tag == DT_GNU_HASH) gnu_hash_ = value;
    if (tag == DT_TEXTREL || (tag == DT_FLAGS && (value & DF_TEXTREL) != 0)) image_.text_relocations = true;
    if (tag == DT_FLAGS_1) image_.no_delete = (value & DF_1_NODELETE) != 0;
    if (tag == DT_FLAGS_1) image_.executable = (value & DF_1_PIE) != 0;
}

bool Reader::read_dynamic_strings(const std::vector<Elf64_Dyn>& entries) {
    const auto table = offset_of(string_table_);
    if (!table) return fail("damaged: the dynamic string table is not in the file");
    if (!fits("the dynamic string table", *table, string_table_size_)) return false;
    strings_ = file_.subspan(*table, string_table_size_);
    for (const Elf64_Dyn& entry : entries) {
        if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH) continue;
        auto text = text_at(entry.d_un.d_val);
        if (!text) return fail("damaged: a name in the dynamic section is not in its string table");
        if (entry.d_tag == DT_NEEDED) image_.needed.push_back(*text);
        if (entry.d_tag == DT_RPATH) image_.rpath = *text;
        if (entry.d_tag == DT_RUNPATH) image_.runpath = *text;
    }
    return true;
}

/// The symbols of the older hash table: all of them, the undefined ones too.
std::optional<SymbolRange> Reader::hash_range() const {
    std::uint32_t chain_count = 0;
    const auto table = offset_of(hash_);
    if (!table || !load(chain_count, *table + sizeof(std::uint32_t))) return std::nullopt;
    return SymbolRange{0, chain_count};
}

/// DT_GNU_HASH holds no count: the defined symbols are sorted by bucket, and the last chain ends at a hash
/// with its lowest bit set.
std::optional<SymbolRange> Reader::gnu_hash_range() const {
    struct {
        std::uint32_t bucket_count, first_symbol, bloom_words, bloom_shift;
    } head{};
    const auto table = offset_of(gnu_hash_);
    if (!table || !load(head, *table)) return std::nullopt;
    const std::uint64_t buckets = *table + sizeof(head) + std::uint64_t{head.bloom_words} * 8;
    const std::uint64_t chains = buckets + std::uint64_t{head.bucket_count} * 4;
    std::uint32_t last = 0;
    for (std::uint64_t at = buckets; at < chains; at += 4) {
        std::uint32_t symbol = 0;
        if (!load(symbol, at)) return std::nullopt;
        last = std::max(last, symbol);
    }
    if (last < head.first_symbol) return SymbolRange{0, 0};
    for (std::uint32_t hash = 0; (hash & 1) == 0; ++last)
        if (!load(hash, chains + std::uint64_t{last - head.first_symbol} * 4)) return std::nullopt;
    return SymbolRange{head.first_symbol, last};
}

bool Reader::read_symbols() {
    if (gnu_hash_ == 0 && hash_ == 0) return true;
    const auto range = gnu_hash_ != 0 ? gnu_hash_range() : hash_range();
    const auto table = offset_of(symbol_table_);
    if (!range || !table) return fail("damaged: the dynamic symbols are not in the file");
    if (!fits("the dynamic symbol table", *table, range->end * sizeof(Elf64_Sym))) return false;
    for (std::uint64_t i = range->first; i < range->end; ++i)
        if (!read_symbol(*table + i * sizeof(Elf64_Sym))) return false;
    return true;
}

bool Reader::read_symbol(std::uint64_t position) {
    Elf64_Sym symbol{};
    load(symbol, position);
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) return true;
    auto name = text_at(symbol.st_name);
    if (!name) return fail("damaged: a dynamic symbol's name is not in its string table");
    if (binding == STB_GNU_UNIQUE) image_.unique_symbols.push_back(*name);
    image_.defined_symbols.push_back(*std::move(name));
    return true;
}

}  // namespace

bool ElfImage::defines(std::string_view symbol) const {
    return std::find(defined_symbols.begin(), defined_symbols.end(), symbol) != defined_symbols.end();
}

boost::system::result<ElfImage, std::string> parse_elf_image(std::span<const std::byte> file) {
    return Reader{file}.read();
}

std::string machine_name(std::uint16_t machine) {
    if (machine == EM_X86_64) return "x86-64";
    if (machine == EM_AARCH64) return "AArch64";
    return "machine " + std::to_string(machine);
}

}  // namespace patchbay
