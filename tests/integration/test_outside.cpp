// A plugin project outside this tree, made with the installed SDK, served and replaced by the installed
// binary.
#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

/// The README's first example of that language that holds the text.
std::string readme_example(const std::string& language, const std::string& text) {
    const std::string readme = read_file(fs::path{PATCHBAY_SOURCE} / "README.md");
    const std::string fence = "```" + language + "\n";
    for (std::size_t at = readme.find(fence); at != std::string::npos; at = readme.find(fence, at + 1)) {
        const std::size_t begin = at + fence.size();
        std::string example = readme.substr(begin, readme.find("```\n", begin) - begin);
        if (example.find(text) != std::string::npos) return example;
    }
    throw std::runtime_error{"the README has no " + language + " example with " + text};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    text.replace(text.find(what), what.size(), by);
    return text;
}

void run(std::vector<std::string> command) {
    const Finished result = run_command(std::move(command));
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
}

/// The README's plugin as a project of its own, with the installed SDK.
class Project {
public:
    Project() {
        run({"cmake", "--install", PATCHBAY_BUILD, "--prefix", prefix.string()});
        fs::create_directory(source);
        write_file(source / "CMakeLists.txt", readme_example("cmake", "patchbay_add_plugin"));
        write_file(source / "greeter.cpp", plugin);
    }
    fs::path build(const std::string& compiler) const {
        const fs::path folder = folder_.path() / fs::path{compiler}.filename();
        run({"cmake", "-S", source.string(), "-B", folder.string(), "-DCMAKE_PREFIX_PATH=" + prefix.string(),
             "-DCMAKE_CXX_COMPILER=" + compiler});
        run({"cmake", "--build", folder.string()});
        return folder / "greeter.so";
    }

private:
    TempDirectory folder_;

public:
    const fs::path prefix = folder_.path() / "prefix";
    const fs::path source = folder_.path() / "greeter";
    const std::string plugin = readme_example("cpp", "PATCHBAY_PLUGIN");
};

}  // namespace

TEST_CASE("the README's plugin is built, served and reloaded outside the tree") {
    const Project project;
    CHECK(!fs::exists(project.prefix / "include" / "catch2"));
    ServerOptions options;
    options.binary = project.prefix / "bin" / "patchbay";
    const std::string yaml =
        replaced(readme_example("yaml", "greeting: Servus"), "127.0.0.1:8080", "127.0.0.1:0");
    ServerProcess server{yaml, {{project.build(PATCHBAY_COMPILER), "greeter.so"}}, options};
    // A build takes longer than a connection may be idle.
    const auto get = [&](std::string_view target) { return HttpClient{server.port()}.get(target).body; };
    CHECK(get("/hello/Ada") == "Servus, Ada!\n");
    CHECK_THAT(get("/report"), Catch::Contains("executor-"));

    write_file(project.source / "greeter.cpp",
               replaced(replaced(project.plugin, "+ \"!", "+ \"!!"), "1.0.0", "1.0.1"));
    server.install(project.build(PATCHBAY_COMPILER), "greeter.so");
    CHECK_THAT(server.wait_for_log("greeter 1.0.1 gen 2 serving"), Catch::Contains("unmapped in"));
    CHECK(get("/hello/Ada") == "Servus, Ada!!\n");

    server.reconfigure(replaced(yaml, "Servus", "Moin"));
    server.wait_for_log("greeter 1.0.1 gen 3 serving with new settings");
    CHECK(get("/hello/Ada") == "Moin, Ada!!\n");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin that another compiler built is refused with a sentence", "[other_compiler]") {
    const std::string compiler = PATCHBAY_OTHER_COMPILER;
    if (run_command({"sh", "-c", "command -v " + compiler}).exit_code != 0) {
        const char* const ci = std::getenv("CI");
        REQUIRE((!ci || std::string_view{ci} != "true"));
        std::cout << "skipped: there is no " << compiler << " here" << std::endl;
        std::exit(77);  // which ctest is told means just that
    }
    const Project project;
    ServerOptions options;
    options.binary = project.prefix / "bin" / "patchbay";
    ServerProcess server{"listen: 127.0.0.1:0\n", {}, options};
    server.install(project.build(compiler), "greeter.so");
    CHECK_THAT(server.wait_for_log("greeter refused: "),
               Catch::Contains("clang 19") && Catch::Contains("g++ 12"));
    CHECK(server.terminate() == 0);
}
