// What a plugin file says about itself and its build, in an ELF note that a host reads from the file before
// any of its code runs. PATCHBAY_PLUGIN places one in every plugin; the host compares it with its own.
// Constants and constexpr functions only: any thread.
#pragma once

#include <boost/version.hpp>
#include <nlohmann/detail/abi_macros.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace patchbay {

/// Raised whenever a plugin built against the previous headers would misbehave with the new ones.
inline constexpr std::uint32_t sdk_abi = 1;
inline constexpr std::uint32_t descriptor_magic = 0x59414250;  // "PBAY" in the file
inline constexpr std::uint32_t descriptor_note_type = 1;
inline constexpr std::string_view descriptor_note_name = "PATCHBAY";

/// Where a plugin's async handlers run: one after another on its home loop, or on whichever loop has the
/// connection, at the same time (the plugin is then thread-safe by its own care).
enum class Concurrency : std::uint8_t { home_loop = 0, parallel = 1 };
enum class CompilerFamily : std::uint16_t { unknown = 0, gcc = 1, clang = 2 };

/// The standard library as far as its types' layout goes; all but `other` are libstdc++.
enum class StandardLibrary : std::uint8_t { other = 0, old_abi = 1, cxx11_abi = 2, debug_mode = 3 };

/// Bits of PluginDescriptor::sanitizers. g++ does not tell its code about UBSan, so only clang sets that bit.
inline constexpr std::uint8_t address_sanitizer = 1, thread_sanitizer = 2, undefined_sanitizer = 4;

/// `magic`, `size` and `sdk_abi` keep their place and meaning in every SDK to come; a reader may trust the
/// rest only when all three are its own.
struct PluginDescriptor {
    std::uint32_t magic = descriptor_magic;
    std::uint32_t size = sizeof(PluginDescriptor);  // in bytes
    std::uint32_t sdk_abi = patchbay::sdk_abi;      // of the headers it was built with
    CompilerFamily compiler;
    std::uint16_t compiler_major;
    std::uint32_t cplusplus;      // __cplusplus
    std::uint32_t boost_version;  // BOOST_VERSION
    std::uint32_t json_version;   // major * 10000 + minor * 100 + patch of nlohmann/json
    std::uint16_t architecture;   // ELF e_machine
    StandardLibrary standard_library;
    std::uint8_t json_diagnostics;  // 1 with JSON_DIAGNOSTICS, which adds a member to every json value
    std::uint8_t sanitizers;
    Concurrency concurrency;
    std::uint8_t reserved[2];  // zero
    char name[64];             // zero-terminated, as is the version
    char version[32];
};
static_assert(std::is_trivially_copyable_v<PluginDescriptor> && sizeof(PluginDescriptor) == 132);

/// 1 to 63 characters of a-z, 0-9 and '_', the first a letter: safe in paths, URLs, YAML keys and logs.
constexpr bool valid_plugin_name(std::string_view name) {
    if (name.empty() || name.size() > 63 || name.front() < 'a' || name.front() > 'z') return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// 1 to 31 printable ASCII characters, none a space.
constexpr bool valid_plugin_version(std::string_view version) {
    for (const char c : version)
        if (c <= ' ' || c > '~') return false;
    return !version.empty() && version.size() <= 31;
}

namespace detail {
/// The bytes of the note section: the header of elf(5), then the descriptor.
struct DescriptorNote {
    std::uint32_t name_size = descriptor_note_name.size() + 1;
    std::uint32_t descriptor_size = sizeof(PluginDescriptor);
    std::uint32_t type = descriptor_note_type;
    char name[12] = "PATCHBAY";
    PluginDescriptor descriptor;
};
static_assert(sizeof(DescriptorNote) == 24 + sizeof(PluginDescriptor) && alignof(DescriptorNote) == 4);

// Not a plain inline function: the linker would merge those of translation units built differently.
consteval PluginDescriptor describe_build() {
    PluginDescriptor build{};
#ifdef __clang__
    build.compiler = CompilerFamily::clang;
    build.compiler_major = __clang_major__;
    if (__has_feature(address_sanitizer)) build.sanitizers |= address_sanitizer;
    if (__has_feature(thread_sanitizer)) build.sanitizers |= thread_sanitizer;
    if (__has_feature(undefined_behavior_sanitizer)) build.sanitizers |= undefined_sanitizer;
#else
    build.compiler = CompilerFamily::gcc;
    build.compiler_major = __GNUC__;
#ifdef __SANITIZE_ADDRESS__
    build.sanitizers |= address_sanitizer;
#endif
#ifdef __SANITIZE_THREAD__
    build.sanitizers |= thread_sanitizer;
#endif
#endif
#if defined(__x86_64__)
    build.architecture = 62;
#elif defined(__aarch64__)
    build.architecture = 183;
#else
#error "Patchbay runs on x86-64 and AArch64 only"
#endif
#if defined(_GLIBCXX_DEBUG)
    build.standard_library = StandardLibrary::debug_mode;
#elif defined(_GLIBCXX_USE_CXX11_ABI)
    build.standard_library = _GLIBCXX_USE_CXX11_ABI ? StandardLibrary::cxx11_abi : StandardLibrary::old_abi;
#endif
    build.cplusplus = __cplusplus;
    build.boost_version = BOOST_VERSION;
    build.json_version =
        NLOHMANN_JSON_VERSION_MAJOR * 10000 + NLOHMANN_JSON_VERSION_MINOR * 100 + NLOHMANN_JSON_VERSION_PATCH;
    build.json_diagnostics = JSON_DIAGNOSTICS;
    return build;
}
}  // namespace detail

/// Describes the translation unit that calls it. A name or version that is too long is cut:
/// PATCHBAY_DESCRIPTOR refuses it at compile time.
constexpr PluginDescriptor make_descriptor(std::string_view name, std::string_view version,
                                           Concurrency concurrency) {
    PluginDescriptor made = detail::describe_build();
    made.concurrency = concurrency;
    name.copy(made.name, sizeof(made.name) - 1);
    version.copy(made.version, sizeof(made.version) - 1);
    return made;
}

}  // namespace patchbay

// ASan would pad the note with red zones; only clang instruments variables in named sections.
#ifdef __clang__
#define PATCHBAY_PLAIN_NOTE clang::no_sanitize("address")
#else
#define PATCHBAY_PLAIN_NOTE gnu::used
#endif

/// Places the descriptor. Use it once a plugin, at namespace scope: a second one is an error at link time.
/// The linker turns a `.note*` section into a PT_NOTE segment and keeps it through --gc-sections and strip.
#define PATCHBAY_DESCRIPTOR(plugin_name, plugin_version, plugin_concurrency)                                \
    static_assert(::patchbay::valid_plugin_name(plugin_name),                                               \
                  "a plugin's name is 1 to 63 of a-z, 0-9 and '_', the first a letter");                    \
    static_assert(::patchbay::valid_plugin_version(plugin_version),                                         \
                  "a plugin's version is 1 to 31 printable characters without spaces");                     \
    extern "C" {                                                                                            \
    [[gnu::visibility("hidden")]] extern const ::patchbay::detail::DescriptorNote patchbay_descriptor_note; \
    [[gnu::section(".note.patchbay"), gnu::used, gnu::aligned(4),                                           \
      PATCHBAY_PLAIN_NOTE]] constinit const ::patchbay::detail::DescriptorNote patchbay_descriptor_note{    \
        .descriptor = ::patchbay::make_descriptor(plugin_name, plugin_version, plugin_concurrency)};        \
    }
