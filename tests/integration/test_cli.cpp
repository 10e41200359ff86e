// The command line: what it prints, and its exit codes.
#include "support/child_process.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

Finished run_patchbay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PATCHBAY_BINARY);
    return run_command(std::move(arguments));
}

/// A YAML file and a plugins folder beside it.
class Setup {
public:
    explicit Setup(std::string_view yaml, const std::vector<PluginFile>& plugins = {}) {
        fs::create_directory(directory_.path() / "plugins");
        for (const PluginFile& plugin : plugins)
            fs::copy_file(plugin.from, directory_.path() / "plugins" / plugin.name);
        write_file(directory_.path() / "test.yaml", yaml);
    }
    std::string yaml() const { return (directory_.path() / "test.yaml").string(); }
    fs::path plugins() const { return directory_.path() / "plugins"; }

private:
    TempDirectory directory_;
};

const std::vector<PluginFile> sample{{test_plugin("sample_1"), "sample.so"}};

}  // namespace

TEST_CASE("--version and --help") {
    const Finished version = run_patchbay({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.output == "patchbay " PATCHBAY_VERSION ", SDK 1\n");
    const Finished help = run_patchbay({"--help"});
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.output,
               Catch::Contains("serve") && Catch::Contains("check") && Catch::Contains("inspect"));
}

TEST_CASE("wrong use exits with 2 and says what is wrong") {
    const std::vector<std::vector<std::string>> wrong{{},
                                                      {"serv"},
                                                      {"--nonsense"},
                                                      {"serve", "--nonsense"},
                                                      {"check"},
                                                      {"inspect"},
                                                      {"serve", "a.yaml", "b.yaml"}};
    for (const auto& arguments : wrong) {
        const Finished result = run_patchbay(arguments);
        INFO(result.output);
        CHECK(result.exit_code == 2);
        CHECK(!result.output.empty());
    }
}

TEST_CASE("check validates a configuration and loads the plugins once") {
    SECTION("all is well") {
        const Setup setup{"listen: 127.0.0.1:1\n", sample};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 0);
        CHECK_THAT(result.output, Catch::Contains("/sample") && Catch::Contains("sample.show") &&
                                      Catch::Contains("async") && Catch::EndsWith("ok\n"));
    }
    SECTION("a broken file: every mistake with its place") {
        const Setup setup{"listn: 127.0.0.1:1\nlimits:\n  body: many\n"};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 78);
        CHECK_THAT(result.output, Catch::Contains("test.yaml:1:1: listn: ") &&
                                      Catch::Contains("did you mean 'listen'?") &&
                                      Catch::Contains("test.yaml:3:9: limits.body: "));
    }
    SECTION("no such file") {
        const Finished result = run_patchbay({"check", "/nowhere/patchbay.yaml"});
        CHECK(result.exit_code == 78);
        CHECK_THAT(result.output, Catch::Contains("/nowhere/patchbay.yaml"));
    }
    SECTION("a plugin that is refused") {
        const Setup setup{"listen: 127.0.0.1:1\n", {{test_plugin("throws_in_start"), "sample.so"}}};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::Contains("sample refused: start has failed"));
    }
    SECTION("a handler that does not exist") {
        const Setup setup{"routes:\n  - {path: /x, handler: sample.shew}\n", sample};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::Contains("did you mean 'sample.show'?"));
    }
    SECTION("a directory that does not exist") {
        const Setup setup{"plugins: {directory: nowhere}\n"};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code != 0);
        CHECK_THAT(result.output, Catch::Contains("nowhere"));
    }
}

TEST_CASE("routes prints who answers what") {
    const Setup setup{"routes:\n  - {path: /here, handler: sample.echo}\n",
                      {{test_plugin("sample_1"), "sample.so"}, {test_plugin("slow"), "slow.so"}}};
    const Finished result = run_patchbay({"routes", setup.yaml()});
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.output, Catch::Contains("METHOD") && Catch::Contains("/here") &&
                                  Catch::Contains("sample.echo") && Catch::Contains("slow.hold") &&
                                  Catch::Contains("blocking") && Catch::Contains("inline") &&
                                  Catch::Contains("sample.cpp:") && Catch::Contains("test.yaml:2:"));
    CHECK(result.output.find("/sample/echo") == std::string::npos);
}

TEST_CASE("inspect judges a file without loading it") {
    const Finished good = run_patchbay({"inspect", test_plugin("hangs_in_start").string()});
    CHECK(good.exit_code == 0);
    CHECK_THAT(good.output, Catch::Contains("sample") && Catch::Contains("hangs_in_start") &&
                                Catch::EndsWith("accepted\n"));
    const Finished bad = run_patchbay({"inspect", std::string{PATCHBAY_BAD_PLUGINS} + "/next_sdk.so"});
    CHECK(bad.exit_code == 1);
    CHECK_THAT(bad.output, Catch::Contains("refused: built for SDK 2, this host is SDK 1"));
    CHECK(run_patchbay({"inspect", "/nowhere.so"}).exit_code == 1);
    CHECK(run_patchbay({"inspect", "/"}).exit_code == 1);
}

TEST_CASE("serve says why it can't") {
    SECTION("the port is taken") {
        ServerProcess other{"listen: 127.0.0.1:0\n"};
        const Setup setup{"listen: 127.0.0.1:" + std::to_string(other.port()) + "\n"};
        const Finished result = run_patchbay({"serve", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output,
                   Catch::Contains("cannot listen on 127.0.0.1:" + std::to_string(other.port())));
        CHECK(other.terminate() == 0);
    }
    SECTION("the configuration is broken") {
        const Setup setup{"event_loops: 0\n"};
        CHECK(run_patchbay({"serve", setup.yaml()}).exit_code == 78);
    }
}

TEST_CASE("--listen, --plugins and the environment outrank the file") {
    const Setup elsewhere{"", sample};
    const std::string broken_listen = "listen: 192.0.2.1:1\n";  // an address that is nobody's
    ServerOptions options;
    SECTION("options") {
        options.arguments = {"--listen", "127.0.0.1:0", "--plugins", elsewhere.plugins().string()};
    }
    SECTION("environment") {
        options.environment = {{"PATCHBAY_LISTEN", "127.0.0.1:0"},
                               {"PATCHBAY_PLUGINS_DIRECTORY", elsewhere.plugins().string()}};
    }
    ServerProcess server{broken_listen, {}, options};
    CHECK_THAT(server.wait_for_log("serving"), Catch::Contains("sample 1.0.0 gen 1 serving"));
    CHECK(server.terminate() == 0);
}
