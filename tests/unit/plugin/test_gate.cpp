#include "plugin/gate.hpp"
#include "sample_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>
#include <unistd.h>

using namespace patchbay;
using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

std::string verdict(const GateReport& report) { return report.refusal.value_or("accepted"); }

std::string verdict_on(const Bytes& bytes) {
    const TemporaryFolder folder;
    return verdict(inspect_plugin(folder.write("plugin.so", bytes)));
}

/// The sample plugin with its descriptor changed.
Bytes with_descriptor(const std::function<void(PluginDescriptor&)>& change) {
    Bytes bytes = read_sample("good");
    const std::size_t at = descriptor_offset(bytes);
    auto descriptor = peek<PluginDescriptor>(bytes, at);
    change(descriptor);
    poke(bytes, at, descriptor);
    return bytes;
}

PluginDescriptor sample_build() {
    PluginDescriptor build = make_descriptor("sample", "1.2.3", Concurrency::home_loop);
    build.compiler = CompilerFamily::gcc;
    build.compiler_major = 12;
    build.cplusplus = 202002;
    build.boost_version = 108100;
    build.json_version = 31102;
    build.json_diagnostics = 0;
    build.architecture = 62;
    build.standard_library = StandardLibrary::cxx11_abi;
    build.sanitizers = 0;
    return build;
}

std::string refusal_of(const std::function<void(PluginDescriptor&)>& change) {
    PluginDescriptor plugin = sample_build();
    change(plugin);
    return refusal(plugin, sample_build(), false).value_or("accepted");
}

bool mixes(CompilerFamily family, std::uint16_t major, bool allow_mixed) {
    PluginDescriptor plugin = sample_build();
    plugin.compiler = family;
    plugin.compiler_major = major;
    return !refusal(plugin, sample_build(), allow_mixed);
}

}  // namespace

TEST_CASE("a sound plugin is accepted and its descriptor reported") {
    const auto name = GENERATE(as<std::string>{}, "good", "good_stripped", "good_sysv_hash",
                               "good_unused_sections_removed");
    CAPTURE(name);
    const GateReport report = inspect_plugin(sample_path(name));
    CHECK(verdict(report) == "accepted");
    CHECK(report.hazards.empty());
    REQUIRE(report.descriptor);
    CHECK(std::string{report.descriptor->name} == "sample");
    CHECK(report.descriptor->compiler_major == host_descriptor().compiler_major);
}

TEST_CASE("what is no plugin file is refused without an exception") {
    const TemporaryFolder folder;
    CHECK(verdict(inspect_plugin(folder.path())) == "a directory, not a file");
    CHECK(verdict(inspect_plugin(folder.path() / "absent.so")) ==
          "cannot be read: No such file or directory");
    CHECK(verdict(inspect_plugin("/dev/null")) == "not a regular file");
    CHECK(verdict_on({}) == "empty file: was it still being written?");
    CHECK(verdict_on(Bytes(200, std::byte{'x'})) == "not an ELF file");

    const fs::path huge = folder.write("huge.so", {});
    fs::resize_file(huge, (std::uintmax_t{1} << 30) + 1);
    CHECK(verdict(inspect_plugin(huge)) == "1073741825 bytes, a plugin has at most 1073741824");
}

TEST_CASE("an unreadable file says why") {
    if (::geteuid() == 0) return;  // root reads everything
    const TemporaryFolder folder;
    const fs::path file = folder.write("plugin.so", read_sample("good"));
    fs::permissions(file, fs::perms::none);
    CHECK(verdict(inspect_plugin(file)) == "cannot be read: Permission denied");
}

TEST_CASE("a half-written file and another machine's are told from a bad plugin") {
    Bytes bytes = read_sample("good");
    const std::size_t whole = bytes.size();
    bytes.pop_back();
    CHECK(verdict_on(bytes) == "truncated: the section table ends at " + std::to_string(whole) +
                                   ", the file has " + std::to_string(whole - 1) +
                                   " bytes: was it still being written?");

    bytes = read_sample("good");
    const bool arm = peek<Elf64_Ehdr>(bytes, 0).e_machine == EM_AARCH64;
    poke(bytes, offsetof(Elf64_Ehdr, e_machine), static_cast<Elf64_Half>(arm ? EM_X86_64 : EM_AARCH64));
    CHECK(verdict_on(bytes) ==
          (arm ? "built for x86-64, this host is AArch64" : "built for AArch64, this host is x86-64"));
}

TEST_CASE("a shared object that is no Patchbay plugin, or one of another SDK, is refused") {
    CHECK(verdict(inspect_plugin(sample_path("no_descriptor"))) ==
          "no Patchbay descriptor: write PATCHBAY_PLUGIN in one source, and build with patchbay_add_plugin");
    const GateReport next = inspect_plugin(sample_path("next_sdk"));
    CHECK(verdict(next) ==
          "built for SDK " + std::to_string(sdk_abi + 1) + ", this host is SDK " + std::to_string(sdk_abi));
    REQUIRE(next.descriptor);
    CHECK(next.descriptor->sdk_abi == sdk_abi + 1);
    CHECK(next.descriptor->name[0] == '\0');  // that SDK may keep its name elsewhere
}

TEST_CASE("a file with two descriptors, or an executable, is refused") {
    CHECK(verdict(inspect_plugin(sample_path("two_descriptors"))) ==
          "2 Patchbay descriptors: a plugin file holds one plugin");
    Bytes bytes = read_sample("no_delete");
    poke(bytes, dynamic_entry(bytes, DT_FLAGS_1), Elf64_Dyn{DT_FLAGS_1, {DF_1_PIE}});
    CHECK(verdict_on(bytes) == "an executable, not a shared object");
}

TEST_CASE("a plugin without its entry points, or that could never unload, is refused") {
    CHECK(verdict(inspect_plugin(sample_path("no_destroy"))) ==
          "no entry point patchbay_plugin_destroy: is PATCHBAY_PLUGIN in a source?");
    CHECK(verdict(inspect_plugin(sample_path("no_delete"))) ==
          "linked with -z nodelete: it would never unload; link it without");
#if defined(__GNUC__) && !defined(__clang__)
    CHECK(verdict(inspect_plugin(sample_path("unique_symbol"))) ==
          "1 STB_GNU_UNIQUE symbol keeps it from ever unloading, first 'sample::calls': build it with "
          "-fno-gnu-unique (patchbay_add_plugin does)");
#endif
}

TEST_CASE("a damaged descriptor in a file is refused") {
    CHECK(verdict_on(with_descriptor([](PluginDescriptor& d) { d.magic = 7; })) ==
          "its descriptor is damaged: it does not begin with \"PBAY\"");
    CHECK(verdict_on(with_descriptor([](PluginDescriptor& d) { d.name[0] = '.'; })) ==
          "its descriptor is damaged: its name is not 1 to 63 of a-z, 0-9 and '_', the first a letter");
    Bytes bytes = read_sample("good");
    // A note of 100 bytes, and another that takes the 32 bytes it leaves.
    const std::size_t note =
        descriptor_offset(bytes) - sizeof(detail::DescriptorNote::name) - sizeof(Elf64_Nhdr);
    poke(bytes, note, Elf64_Nhdr{9, 100, descriptor_note_type});
    poke(bytes, descriptor_offset(bytes) + 100, Elf64_Nhdr{0, 20, 0});
    CHECK(verdict_on(bytes) == "its descriptor has 100 bytes, this host's has 132, though both are SDK 1");

    poke(bytes, note, Elf64_Nhdr{9, 0, descriptor_note_type});
    poke(bytes, descriptor_offset(bytes), Elf64_Nhdr{0, 120, 0});
    CHECK(verdict_on(bytes) == "its descriptor is damaged: it does not begin with \"PBAY\"");
}

TEST_CASE("a sanitizer that only one side has is refused") {
    const Bytes bytes = with_descriptor([](PluginDescriptor& d) { d.sanitizers ^= thread_sanitizer; });
    const std::uint8_t host = host_descriptor().sanitizers;
    if (host & thread_sanitizer)
        CHECK(verdict_on(bytes) == "built with no sanitizer, this host with ThreadSanitizer");
    else if (host & address_sanitizer)
        CHECK(verdict_on(bytes) ==
              "built with AddressSanitizer and ThreadSanitizer, this host with AddressSanitizer");
    else
        CHECK(verdict_on(bytes) == "built with ThreadSanitizer, this host with no sanitizer");
}

TEST_CASE("each difference between two builds has its sentence") {
    using D = PluginDescriptor;
    CHECK(refusal_of([](D&) {}) == "accepted");
    CHECK(refusal_of([](D& d) { d.sdk_abi = 9; }) == "built for SDK 9, this host is SDK 1");
    CHECK(refusal_of([](D& d) { d.name[0] = '\0'; }) ==
          "its descriptor is damaged: its name is not 1 to 63 of a-z, 0-9 and '_', the first a letter");
    CHECK(refusal_of([](D& d) { d.version[0] = '\n'; }) ==
          "its descriptor is damaged: its version is not 1 to 31 printable characters");
    CHECK(refusal_of([](D& d) { d.concurrency = Concurrency{7}; }) ==
          "its descriptor is damaged: its concurrency is unknown");
    CHECK(refusal_of([](D& d) { d.architecture = 183; }) == "built with AArch64, this host with x86-64");
    CHECK(refusal_of([](D& d) { d.standard_library = StandardLibrary::old_abi; }) ==
          "built with the pre-C++11 std::string ABI, this host with the C++11 std::string ABI");
    CHECK(refusal_of([](D& d) { d.standard_library = StandardLibrary::debug_mode; }) ==
          "built with libstdc++'s debug mode, this host with the C++11 std::string ABI");
    CHECK(refusal_of([](D& d) { d.standard_library = StandardLibrary::other; }) ==
          "built with a standard library other than libstdc++, this host with the C++11 std::string ABI");
    CHECK(refusal_of([](D& d) { d.cplusplus = 202302; }) ==
          "built with C++23 (202302), this host with C++20 (202002)");
    CHECK(refusal_of([](D& d) { d.boost_version = 108300; }) ==
          "built with Boost 1.83.0, this host with Boost 1.81.0");
    CHECK(refusal_of([](D& d) { d.json_version = 31103; }) ==
          "built with nlohmann/json 3.11.3, this host with nlohmann/json 3.11.2");
    CHECK(refusal_of([](D& d) { d.json_diagnostics = 1; }) ==
          "built with nlohmann/json 3.11.2 with JSON_DIAGNOSTICS, this host with nlohmann/json 3.11.2");
    CHECK(refusal_of([](D& d) { d.sanitizers = address_sanitizer; }) ==
          "built with AddressSanitizer, this host with no sanitizer");
    CHECK(refusal_of([](D& d) { d.sanitizers = undefined_sanitizer; }) == "accepted");
}

TEST_CASE("the most fundamental difference refuses") {
    CHECK(refusal_of([](PluginDescriptor& d) {
              d.boost_version = 108300;
              d.standard_library = StandardLibrary::old_abi;
              d.sdk_abi = 2;
          }) == "built for SDK 2, this host is SDK 1");
    CHECK(refusal_of([](PluginDescriptor& d) {
              d.boost_version = 108300;
              d.standard_library = StandardLibrary::old_abi;
          }) == "built with the pre-C++11 std::string ABI, this host with the C++11 std::string ABI");
}

TEST_CASE("another compiler is accepted only inside the proven ranges, and only when mixing is allowed") {
    CHECK(refusal_of([](PluginDescriptor& d) { d.compiler = CompilerFamily::clang; }) ==
          "built with clang 12, this host with g++ 12, and the two are not proven to mix");
    CHECK(mixes(CompilerFamily::gcc, 12, false));
    CHECK_FALSE(mixes(CompilerFamily::gcc, 13, false));
    CHECK_FALSE(mixes(CompilerFamily::clang, 19, false));

    CHECK(mixes(CompilerFamily::gcc, 14, true));
    CHECK_FALSE(mixes(CompilerFamily::gcc, 11, true));
    CHECK_FALSE(mixes(CompilerFamily::gcc, 15, true));
    CHECK(mixes(CompilerFamily::clang, 16, true));
    CHECK(mixes(CompilerFamily::clang, 21, true));
    CHECK_FALSE(mixes(CompilerFamily::clang, 15, true));
    CHECK_FALSE(mixes(CompilerFamily::clang, 22, true));
    CHECK_FALSE(mixes(CompilerFamily::unknown, 14, true));
}

TEST_CASE("every hazard is listed, the refusing one among them") {
    Bytes bytes = read_sample("no_delete");
    const std::size_t at = descriptor_offset(bytes) + offsetof(PluginDescriptor, boost_version);
    poke(bytes, at, std::uint32_t{107400});
    const TemporaryFolder folder;
    const GateReport report = inspect_plugin(folder.write("plugin.so", bytes));
    CHECK(verdict(report) == "built with Boost 1.74.0, this host with Boost " + [] {
        const std::uint32_t v = BOOST_VERSION;
        return std::to_string(v / 100000) + '.' + std::to_string(v / 100 % 1000) + '.' +
               std::to_string(v % 100);
    }());
    CHECK(report.hazards ==
          std::vector<std::string>{*report.refusal,
                                   "linked with -z nodelete: it would never unload; link it without"});

    const GateReport run_path = inspect_plugin(sample_path("run_path"));
    CHECK(verdict(run_path) == "accepted");
    CHECK(run_path.run_path == "/opt/sample/lib");
    CHECK(run_path.hazards.empty());  // each plugin that is linked with libpatchbay has one
    const GateReport old_run_path = inspect_plugin(sample_path("old_run_path"));
    CHECK(old_run_path.run_path == "/opt/sample/lib");
    CHECK(old_run_path.hazards ==
          std::vector<std::string>{
              "DT_RPATH, which outranks LD_LIBRARY_PATH: link it with -Wl,--enable-new-dtags"});
    bytes = read_sample("run_path");
    const auto written = std::as_bytes(std::span{run_path.run_path});
    const auto at_path = std::search(bytes.begin(), bytes.end(), written.begin(), written.end());
    REQUIRE(at_path != bytes.end());
    std::ranges::copy(std::as_bytes(std::span{std::string_view{"$ORIGIN/l:/abcd"}}), at_path);
    const GateReport relative = inspect_plugin(folder.write("plugin.so", bytes));
    CHECK(verdict(relative) == "accepted");
    REQUIRE(relative.hazards.size() == 1);
    CHECK_THAT(relative.hazards[0], Catch::StartsWith("its run path has '$ORIGIN/l', but a copy is loaded"));
    std::ranges::copy(std::as_bytes(std::span{std::string_view{"l::l:/a:$ORIGIN"}}), at_path);
    const GateReport twice = inspect_plugin(folder.write("plugin.so", bytes));
    REQUIRE(twice.hazards.size() == 2);
    CHECK_THAT(twice.hazards[0], Catch::StartsWith("its run path has 'l', of the folder that the server"));
    CHECK_THAT(twice.hazards[1], Catch::StartsWith("its run path has '', of the folder that the server"));

    bytes = read_sample("no_delete");
    poke(bytes, dynamic_entry(bytes, DT_FLAGS_1), Elf64_Dyn{DT_TEXTREL, {0}});
    const GateReport relocated = inspect_plugin(folder.write("plugin.so", bytes));
    CHECK(verdict(relocated) == "accepted");
    CHECK(relocated.hazards == std::vector<std::string>{"text relocations: build it with -fPIC"});
}

TEST_CASE("a descriptor's macro keeps the promises of its header") {
    STATIC_REQUIRE(valid_plugin_name("a"));
    STATIC_REQUIRE(valid_plugin_name("notes_2b"));
    STATIC_REQUIRE(valid_plugin_name(
        std::string_view{"a1234567890123456789012345678901234567890123456789012345678901_"}));
    STATIC_REQUIRE_FALSE(
        valid_plugin_name("a1234567890123456789012345678901234567890123456789012345678901_4"));
    STATIC_REQUIRE_FALSE(valid_plugin_name(""));
    STATIC_REQUIRE_FALSE(valid_plugin_name("1a"));
    STATIC_REQUIRE_FALSE(valid_plugin_name("Notes"));
    STATIC_REQUIRE_FALSE(valid_plugin_name("a/b"));
    STATIC_REQUIRE(valid_plugin_version("1.0.0-rc1+5"));
    STATIC_REQUIRE_FALSE(valid_plugin_version(""));
    STATIC_REQUIRE_FALSE(valid_plugin_version("1 0"));
    STATIC_REQUIRE_FALSE(valid_plugin_version("12345678901234567890123456789012"));
}

TEST_CASE("the text for operators names every fact and ends with the verdict") {
    GateReport report;
    report.descriptor = sample_build();
    report.is_elf = true;
    report.needed = {"libpatchbay.so.1", "libc.so.6"};
    report.run_path = "/opt/sample/lib";
    report.hazards = {"text relocations: build it with -fPIC"};
    CHECK(describe(report) == R"(name              sample
version           1.2.3
SDK               1
compiler          g++ 12
C++ standard      C++20 (202002)
standard library  the C++11 std::string ABI
Boost             Boost 1.81.0
JSON              nlohmann/json 3.11.2
sanitizers        no sanitizer
concurrency       home loop
needs             libpatchbay.so.1
                  libc.so.6
run path          /opt/sample/lib
hazards           text relocations: build it with -fPIC
verdict           accepted
)");
    const std::string other = describe(inspect_plugin(sample_path("next_sdk")));
    CHECK(other.starts_with("SDK               2\nneeds"));
    CHECK(other.ends_with("verdict           refused: built for SDK 2, this host is SDK 1\n"));
    CHECK(describe(inspect_plugin("/")) == "verdict           refused: a directory, not a file\n");
}
