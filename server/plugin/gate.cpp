#include "plugin/gate.hpp"

#include "plugin/elf_image.hpp"
#include "plugin/printable.hpp"

#include <boost/core/demangle.hpp>
#include <boost/system/result.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <span>
#include <sstream>
#include <string_view>
#include <system_error>

namespace patchbay {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_plugin_bytes = std::uintmax_t{1} << 30;

std::string_view fixed_text(std::span<const char> field) {
    return {field.data(), ::strnlen(field.data(), field.size())};
}

std::string compiler_text(const PluginDescriptor& of) {
    const std::string major = ' ' + std::to_string(of.compiler_major);
    if (of.compiler == CompilerFamily::gcc) return "g++" + major;
    if (of.compiler == CompilerFamily::clang) return "clang" + major;
    return "an unknown compiler";
}

std::string standard_library_text(StandardLibrary library) {
    if (library == StandardLibrary::old_abi) return "the pre-C++11 std::string ABI";
    if (library == StandardLibrary::cxx11_abi) return "the C++11 std::string ABI";
    if (library == StandardLibrary::debug_mode) return "libstdc++'s debug mode";
    return "a standard library other than libstdc++";
}

std::string standard_text(std::uint32_t cplusplus) {
    const int year = cplusplus > 202302 ? 26 : cplusplus > 202002 ? 23 : cplusplus > 201703 ? 20 : 17;
    return "C++" + std::to_string(year) + " (" + std::to_string(cplusplus) + ')';
}

std::string dotted(std::uint32_t major, std::uint32_t minor, std::uint32_t patch) {
    return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

std::string boost_text(std::uint32_t version) {
    return "Boost " + dotted(version / 100000, version / 100 % 1000, version % 100);
}

std::string json_text(const PluginDescriptor& of) {
    const std::uint32_t version = of.json_version;
    return "nlohmann/json " + dotted(version / 10000, version / 100 % 100, version % 100) +
           (of.json_diagnostics != 0 ? " with JSON_DIAGNOSTICS" : "");
}

std::string sanitizers_text(std::uint8_t bits) {
    std::string text;
    const auto add = [&text](const char* name) { text += (text.empty() ? "" : " and ") + std::string{name}; };
    if (bits & address_sanitizer) add("AddressSanitizer");
    if (bits & thread_sanitizer) add("ThreadSanitizer");
    if (bits & undefined_sanitizer) add("UndefinedBehaviorSanitizer");
    return text.empty() ? "no sanitizer" : text;
}

bool interchangeable(const PluginDescriptor& one) {
    const auto holds = [&one](const CompilerRange& range) {
        return one.compiler == range.family && one.compiler_major >= range.first_major &&
               one.compiler_major <= range.last_major;
    };
    return std::any_of(std::begin(interchangeable_compilers), std::end(interchangeable_compilers), holds);
}

bool readable_by(const PluginDescriptor& host, const PluginDescriptor& plugin) {
    return plugin.magic == host.magic && plugin.sdk_abi == host.sdk_abi && plugin.size == host.size;
}

/// The other fields of a descriptor that `host` can't read say nothing, so this is its only problem.
std::string unreadable(const PluginDescriptor& plugin, const PluginDescriptor& host) {
    if (plugin.magic != host.magic) return "its descriptor is damaged: it does not begin with \"PBAY\"";
    if (plugin.sdk_abi != host.sdk_abi) {
        return "built for SDK " + std::to_string(plugin.sdk_abi) + ", this host is SDK " +
               std::to_string(host.sdk_abi);
    }
    return "its descriptor has " + std::to_string(plugin.size) + " bytes, this host's has " +
           std::to_string(host.size) + ", though both are SDK " + std::to_string(host.sdk_abi);
}

std::vector<std::string> mismatches(const PluginDescriptor& plugin, const PluginDescriptor& host,
                                    bool allow_mixed) {
    if (!readable_by(host, plugin)) return {unreadable(plugin, host)};
    std::vector<std::string> found;
    const auto require = [&found](bool sound, const char* problem) {
        if (!sound) found.push_back(std::string{"its descriptor is damaged: "} + problem);
    };
    require(valid_plugin_name(fixed_text(plugin.name)),
            "its name is not 1 to 63 of a-z, 0-9 and '_', the first a letter");
    require(valid_plugin_version(fixed_text(plugin.version)),
            "its version is not 1 to 31 printable characters");
    require(plugin.concurrency <= Concurrency::parallel, "its concurrency is unknown");

    const auto compare = [&found](const std::string& theirs, const std::string& ours,
                                  const char* reason = "") {
        if (theirs != ours) found.push_back("built with " + theirs + ", this host with " + ours + reason);
    };
    constexpr std::uint8_t layout = address_sanitizer | thread_sanitizer;  // UBSan changes none
    compare(machine_name(plugin.architecture), machine_name(host.architecture));
    compare(standard_library_text(plugin.standard_library), standard_library_text(host.standard_library));
    if (!allow_mixed || !interchangeable(plugin) || !interchangeable(host))
        compare(compiler_text(plugin), compiler_text(host), ", and the two are not proven to mix");
    compare(standard_text(plugin.cplusplus), standard_text(host.cplusplus));
    compare(boost_text(plugin.boost_version), boost_text(host.boost_version));
    compare(json_text(plugin), json_text(host));
    compare(sanitizers_text(plugin.sanitizers & layout), sanitizers_text(host.sanitizers & layout));
    return found;
}

/// The length is the note's own, whatever the descriptor claims.
PluginDescriptor decode(const std::vector<std::byte>& bytes) {
    PluginDescriptor decoded{};
    decoded.magic = 0;
    const auto into = std::as_writable_bytes(std::span{&decoded, 1});
    std::copy_n(bytes.begin(), std::min(bytes.size(), into.size()), into.begin());
    decoded.size = static_cast<std::uint32_t>(bytes.size());
    if (readable_by(host_descriptor(), decoded)) return decoded;
    PluginDescriptor prefix{};
    prefix.magic = decoded.magic;
    prefix.size = decoded.size;
    prefix.sdk_abi = decoded.sdk_abi;
    return prefix;
}

void refuse(GateReport& report, std::string hazard) {
    if (!report.refusal) report.refusal = hazard;
    report.hazards.push_back(std::move(hazard));
}

void judge_descriptor(GateReport& report, const ElfImage& image) {
    if (image.descriptor_count == 0)
        return refuse(report,
                      "no Patchbay descriptor: write PATCHBAY_PLUGIN in one source, and build with "
                      "patchbay_add_plugin");
    if (image.descriptor_count > 1) {
        return refuse(report, std::to_string(image.descriptor_count) +
                                  " Patchbay descriptors: a plugin file holds one plugin");
    }
    report.descriptor = decode(image.descriptor);
    for (std::string& mismatch : mismatches(*report.descriptor, host_descriptor(), allow_mixed_compilers))
        refuse(report, std::move(mismatch));
}

void judge_unloading(GateReport& report, const ElfImage& image) {
    if (const std::size_t count = image.unique_symbols.size(); count != 0) {
        const std::string first = boost::core::demangle(image.unique_symbols.front().c_str());
        refuse(report, std::to_string(count) +
                           (count == 1 ? " STB_GNU_UNIQUE symbol keeps" : " STB_GNU_UNIQUE symbols keep") +
                           " it from ever unloading, first '" + printable(first) +
                           "': build it with -fno-gnu-unique (patchbay_add_plugin does)");
    }
    if (image.no_delete) refuse(report, "linked with -z nodelete: it would never unload; link it without");
}

/// A run path as such is no hazard: the linker writes one for libpatchbay.
void judge_run_path(GateReport& report, const ElfImage& image) {
    const std::string path = image.runpath.empty() ? image.rpath : image.runpath;
    report.run_path = printable(path);
    if (image.runpath.empty() && !image.rpath.empty())
        report.hazards.emplace_back(
            "DT_RPATH, which outranks LD_LIBRARY_PATH: link it with -Wl,--enable-new-dtags");
    if (path.empty()) return;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string folder = path.substr(begin, end - begin);
        begin = end + 1;
        if (folder.starts_with('/') || folder == "$ORIGIN" || folder == "${ORIGIN}") continue;
        const bool is_beneath_origin = folder.starts_with("$ORIGIN/") || folder.starts_with("${ORIGIN}/");
        const char* const why =
            is_beneath_origin
                ? "but a copy is loaded, which has beside it the files that lie beside the plugin"
                : "of the folder that the server is started in";
        std::string hazard =
            "its run path has '" + printable(folder) + "', " + why + ": make it absolute, or $ORIGIN";
        if (std::ranges::find(report.hazards, hazard) == report.hazards.end())
            report.hazards.push_back(std::move(hazard));
    }
}

void judge_image(GateReport& report, const ElfImage& image) {
    report.is_elf = true;
    if (image.executable) refuse(report, "an executable, not a shared object");
    judge_descriptor(report, image);
    for (const char* entry : {"patchbay_plugin_create", "patchbay_plugin_destroy"}) {
        const std::string name{entry};
        if (!image.defines(name))
            refuse(report, "no entry point " + name + ": is PATCHBAY_PLUGIN in a source?");
    }
    judge_unloading(report, image);
    if (image.text_relocations) report.hazards.emplace_back("text relocations: build it with -fPIC");
    judge_run_path(report, image);
    for (const std::string& library : image.needed) report.needed.push_back(printable(library));
}

boost::system::result<std::vector<std::byte>, std::string> read_file(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (fs::is_directory(status)) return std::string{"a directory, not a file"};
    if (fs::exists(status) && !fs::is_regular_file(status)) return std::string{"not a regular file"};
    const std::uintmax_t size = fs::file_size(file, error);
    if (error) return "cannot be read: " + error.message();
    if (size > most_plugin_bytes)
        return std::to_string(size) + " bytes, a plugin has at most " + std::to_string(most_plugin_bytes);
    std::ifstream stream{file, std::ios::binary};
    if (!stream) return "cannot be read: " + std::generic_category().message(errno);
    std::vector<std::byte> bytes(size);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

void add_row(std::ostream& out, std::string_view label, std::string_view value) {
    out << std::left << std::setw(18) << label << value << '\n';
}

void add_descriptor_rows(std::ostream& out, const PluginDescriptor& plugin) {
    const bool readable = readable_by(host_descriptor(), plugin);
    if (readable) {
        const std::string_view name = fixed_text(plugin.name);
        const std::string_view version = fixed_text(plugin.version);
        add_row(out, "name", valid_plugin_name(name) ? name : "(damaged)");
        add_row(out, "version", valid_plugin_version(version) ? version : "(damaged)");
    }
    add_row(out, "SDK", std::to_string(plugin.sdk_abi));
    if (!readable) return;
    add_row(out, "compiler", compiler_text(plugin));
    add_row(out, "C++ standard", standard_text(plugin.cplusplus));
    add_row(out, "standard library", standard_library_text(plugin.standard_library));
    add_row(out, "Boost", boost_text(plugin.boost_version));
    add_row(out, "JSON", json_text(plugin));
    add_row(out, "sanitizers", sanitizers_text(plugin.sanitizers));
    add_row(out, "concurrency", plugin.concurrency == Concurrency::parallel ? "parallel" : "home loop");
}

void add_list(std::ostream& out, std::string_view label, const std::vector<std::string>& values) {
    if (values.empty()) add_row(out, label, "none");
    for (const std::string& value : values) add_row(out, &value == &values.front() ? label : "", value);
}

}  // namespace

PluginDescriptor host_descriptor() { return make_descriptor("host", "0", Concurrency::home_loop); }

GateReport inspect_plugin(const fs::path& file) {
    GateReport report;
    const auto bytes = read_file(file);
    const auto image = bytes ? parse_elf_image(*bytes) : bytes.error();
    if (!image) refuse(report, image.error());
    if (image) judge_image(report, *image);
    return report;
}

std::optional<std::string> refusal(const PluginDescriptor& plugin, const PluginDescriptor& host,
                                   bool allow_mixed) {
    const std::vector<std::string> found = mismatches(plugin, host, allow_mixed);
    return found.empty() ? std::nullopt : std::optional{found.front()};
}

std::string describe(const GateReport& report) {
    std::ostringstream out;
    if (report.descriptor) add_descriptor_rows(out, *report.descriptor);
    if (report.is_elf) {
        add_list(out, "needs", report.needed);
        if (!report.run_path.empty()) add_row(out, "run path", report.run_path);
        add_list(out, "hazards", report.hazards);
    }
    add_row(out, "verdict", report.refusal ? "refused: " + *report.refusal : "accepted");
    return out.str();
}

}  // namespace patchbay
