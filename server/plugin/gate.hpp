// The gate: judges a plugin file by its bytes before any of its code runs, against the descriptor this host
// was built with. The loader asks it about its private copy, and `patchbay inspect` about any file. Free
// functions without state: any thread, but never an event loop, because they read whole files.
#pragma once

#include <patchbay/descriptor.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchbay {

/// The compilers, by major version, that share an ABI with the same standard library. A plugin of one in a
/// host of another is taken only if `allow_mixed_compilers` is true (docs/adr/0010).
struct CompilerRange {
    CompilerFamily family;
    std::uint16_t first_major;
    std::uint16_t last_major;
};
inline constexpr CompilerRange interchangeable_compilers[] = {{CompilerFamily::gcc, 12, 14},
                                                              {CompilerFamily::clang, 16, 21}};
inline constexpr bool allow_mixed_compilers = false;

struct GateReport {
    /// Empty without a Patchbay note. Of a descriptor from another SDK only magic, size and sdk_abi are
    /// filled.
    std::optional<PluginDescriptor> descriptor;
    std::vector<std::string> needed;  // libraries the file asks for (DT_NEEDED)
    std::string run_path;             // where they are looked for first (DT_RUNPATH, or DT_RPATH)
    bool is_elf = false;              // of anything else nothing but the refusal is known
    // What its author should change, in the order of the checks; not each one refuses.
    std::vector<std::string> hazards;
    std::optional<std::string>
        refusal;  // the most fundamental hazard that does; empty: the file may be loaded
};

/// What this host is built with. Its name and version are placeholders.
PluginDescriptor host_descriptor();

/// Reads `file` (at most 1 GiB) and judges it. Follows symbolic links and does not look at permissions.
/// Errors: `refusal` says in one sentence, without the file's name, what is wrong with it or why it can't be
/// read; nothing is thrown but std::bad_alloc.
GateReport inspect_plugin(const std::filesystem::path& file);

/// Why a host described by `host` can't run a plugin described by `plugin`, in one sentence with both sides;
/// empty when it can. UBSan alone never refuses: it changes no layout.
std::optional<std::string> refusal(const PluginDescriptor& plugin, const PluginDescriptor& host,
                                   bool allow_mixed = allow_mixed_compilers);

/// Several lines of text for `patchbay inspect`, ending with the verdict.
std::string describe(const GateReport& report);

}  // namespace patchbay
