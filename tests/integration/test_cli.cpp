// The command line: what it prints, and its exit codes.
#include "support/child_process.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <tuple>

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

TEST_CASE("routes of the configuration itself that can't be served are bad configuration") {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"{path: /a, static: ./missing}", "test.yaml:2:5: static: cannot open "},
        {"{path: /a, static: /etc/passwd}", "test.yaml:2:5: static: cannot open "},
        {"{path: /a, static: /}\n  - {path: /a/, static: /}", "test.yaml:3:5) clashes with"}};
    for (const auto& [entry, text] : wrong) {
        INFO(entry);
        const Setup setup{"routes:\n  - " + entry + "\n"};
        for (const char* command : {"check", "serve"}) {
            const TempDirectory temporary;
            const Finished result = run_command(
                {"env", "TMPDIR=" + temporary.path().string(), PATCHBAY_BINARY, command, setup.yaml()});
            CHECK(result.exit_code == 78);
            CHECK_THAT(result.output, Catch::Contains(text));
            CHECK(fs::is_empty(temporary.path()));
        }
    }
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
    SECTION("what the configuration says of a plugin that is refused is told of once, and why it waits") {
        const Setup setup{
            "routes:\n  - {path: /x, handler: sample.show}\n  - {path: /y, handler: sample.echo}\n"
            "settings: {sample: {body: x}}\n",
            {{test_plugin("throws_in_start"), "sample.so"}}};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        const std::string sentence =
            "sample.so was refused, see above: what the configuration says of sample";
        CHECK_THAT(result.output, Catch::Contains(sentence) && !Catch::Contains("is loaded"));
        CHECK(result.output.find(sentence) == result.output.rfind(sentence));
        CHECK(result.output.find(" refused: start has failed") < result.output.find(sentence));
    }
    SECTION("the same where the file can't even be read as a plugin") {
        const Setup setup{"routes:\n  - {path: /x, handler: sample.show}\n"};
        write_file(setup.plugins() / "sample.so", "nothing");
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output,
                   Catch::Contains("sample.so was refused, see above") && !Catch::Contains("is loaded"));
    }
    SECTION("a plugin that does not exist") {
        const Setup setup{
            "routes:\n  - {path: /x, handler: smaple.shew}\n  - {path: /y, handler: sampel.nothing}\n"
            "  - {path: /z, handler: other.show}\n",
            sample};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 0);
        CHECK_THAT(
            result.output,
            Catch::Contains("no plugin 'smaple' is loaded for smaple.shew; did you mean 'sample.show'?\n") &&
                Catch::Contains("is loaded for sampel.nothing; did you mean 'sample'?\n") &&
                Catch::Contains("is loaded for other.show\n"));
    }
    SECTION("a handler that does not exist") {
        const Setup setup{"routes:\n  - {path: /x, handler: sample.shew}\n", sample};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::Contains("did you mean 'sample.show'?"));
    }
    SECTION("a method that no WebSocket begins with") {
        const Setup setup{"routes:\n  - {path: /x, handler: sockets.echo, methods: [POST]}\n",
                          {{test_plugin("sockets_1"), "sockets.so"}}};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::Contains("takes no other method"));
    }
    SECTION("a path without the parameter that its handler reads") {
        const Setup setup{"routes:\n  - {path: /x, handler: slow.wait}\n",
                          {{test_plugin("slow"), "slow.so"}}};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::Contains("slow refused: ") &&
                                      Catch::Contains("test.yaml:2:5: path \"/x\": slow.wait needs the "
                                                      "parameter {milliseconds:int}, as in its own path"));
    }
    SECTION("a directory that does not exist") {
        const Setup setup{"plugins: {directory: nowhere}\n"};
        for (const char* command : {"check", "routes", "serve"}) {
            const Finished result = run_patchbay({command, setup.yaml()});
            CHECK(result.exit_code == 1);
            CHECK_THAT(result.output, Catch::Contains("nowhere"));
        }
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
                                Catch::Contains("hazards           none\n") && Catch::EndsWith("accepted\n"));
    const Finished bad = run_patchbay({"inspect", std::string{PATCHBAY_BAD_PLUGINS} + "/next_sdk.so"});
    CHECK(bad.exit_code == 1);
    CHECK_THAT(bad.output, Catch::Contains("refused: built for SDK 2, this host is SDK 1"));
}

TEST_CASE("inspect says of what is no shared object only that") {
    const TempDirectory folder;
    write_file(folder.path() / "text.so", "#!/bin/sh\n");
    write_file(folder.path() / "secret.so", "#!/bin/sh\n");
    fs::permissions(folder.path() / "secret.so", fs::perms::none);
    REQUIRE(::mkfifo((folder.path() / "pipe.so").c_str(), 0600) == 0);
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"/nowhere.so", "cannot be read: No such file or directory"},
        {"", "cannot be read: No such file or directory"},
        {"/", "a directory, not a file"},
        {"/dev/zero", "not a regular file"},
        {folder.path() / "pipe.so", "not a regular file"},
        {folder.path() / "secret.so", "cannot be read: Permission denied"},
        {folder.path() / "text.so", "not an ELF file"}};
    for (const auto& [file, reason] : wrong) {
        INFO(file);
        std::vector<std::string> command = bound_by_permissions();
        command.insert(command.end(), {PATCHBAY_BINARY, "inspect", file});
        const Finished result = run_command(std::move(command), patience);
        CHECK(result.exit_code == 1);
        CHECK(result.output == "verdict           refused: " + reason + "\n");
    }
}

TEST_CASE("nothing is served or checked for a file whose name is empty") {
    for (const char* command : {"check", "serve", "routes"}) {
        const Finished result = run_command({PATCHBAY_BINARY, command, ""}, patience);
        CHECK(result.exit_code == 2);
        CHECK_THAT(result.output, Catch::Contains("the file's name is empty"));
    }
}

TEST_CASE("no name makes a terminal do anything") {
    const std::string name = "a\nb\x1b[31m";
    const Setup setup{"routes:\n  - {path: /x, static: \"plugins/a\\nb\\e[31m\"}\n", sample};
    fs::create_directory(setup.plugins() / name);
    write_file(setup.plugins() / name / "wrong.yaml", "x: 1\n");
    for (const auto& [arguments, text] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"check", "/nowhere/" + name}, "/nowhere/a?b?[31m: there is no such file\n"},
             {{"check", setup.plugins() / name / "wrong.yaml"}, "/a?b?[31m/wrong.yaml:1:1: x: unknown key\n"},
             {{"check", setup.yaml(), "--plugins", "/nowhere\x1b[31m"}, "/nowhere\\x1b[31m: No such file"},
             {{"check", setup.yaml(), "--plugins", "/\xc2\x9b[31m"}, "/\\xc2\\x9b[31m: No such file"},
             {{"routes", setup.yaml()}, "plugins/a\\nb\\x1b[31m"},
             {{name}, "'a\nb\\x1b[31m' is no command"},
             {{"serve", "--" + name}, "--a\nb\\x1b[31m"}}) {
        const Finished result = run_patchbay(arguments);
        CHECK_THAT(result.output, Catch::Contains(text) && !Catch::Contains("\x1b"));
    }
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

TEST_CASE("a command that there is not is named, with the one it may be") {
    const Finished unknown = run_patchbay({"foo"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.output ==
          "patchbay: 'foo' is no command\nThe commands are serve, check, routes, inspect, reference; run "
          "patchbay --help for what they do.\n");
    CHECK_THAT(run_patchbay({"srve", "x.yaml"}).output,
               Catch::StartsWith("patchbay: 'srve' is no command; did you mean 'serve'?\n"));
    const Finished none = run_patchbay({});
    CHECK(none.exit_code == 2);
    CHECK_THAT(none.output, Catch::StartsWith("patchbay: a command is needed\nThe commands are serve, "));
}

TEST_CASE("folders that can't be used are named, and what to do about them") {
    const Setup setup{"listen: 127.0.0.1:0\n"};
    const auto failure = [&](const std::string& temporary, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"env", "TMPDIR=" + temporary, PATCHBAY_BINARY, "serve"});
        const Finished result = run_command(std::move(arguments));
        CHECK(result.exit_code == 1);
        return result.output;
    };
    const fs::path none = setup.plugins() / "none";
    CHECK(failure(none.string(), {setup.yaml()}) ==
          "patchbay: no folder for plugin copies: TMPDIR is '" + none.string() +
              "': No such file or directory: set TMPDIR or plugins.private_directory to a folder\n");
    CHECK_THAT(failure("/tmp", {setup.yaml(), "--plugins", none.string()}),
               Catch::StartsWith("patchbay: cannot read the plugin directory " + none.string() +
                                 ": No such file or directory: make it, or name another by "
                                 "plugins.directory or --plugins\n"));
    CHECK_THAT(failure("/tmp", {setup.yaml(), "--plugins", setup.yaml()}),
               Catch::Contains(": Not a directory: make it, or name another"));
    const Setup private_one{"listen: 127.0.0.1:0\nplugins: {private_directory: /proc/none}\n"};
    CHECK_THAT(failure("/tmp", {private_one.yaml()}),
               Catch::Contains("cannot make the folder for plugin copies /proc/none: ") &&
                   Catch::Contains(": set plugins.private_directory to a folder that this user can write"));
}

TEST_CASE("a folder of plugin copies from which nothing may be executed is named") {
    const TempDirectory folder;
    const std::string mount = "mount -t tmpfs -o noexec none " + folder.path().string();
    if (run_command({"unshare", "-rm", "sh", "-c", mount}).exit_code != 0) {
        WARN("skipped: this user may not mount anything here");
        return;
    }
    const Setup setup{"plugins: {private_directory: " + folder.path().string() + "}\n", sample};
    const Finished result = run_command(
        {"unshare", "-rm", "sh", "-c", mount + " && exec " PATCHBAY_BINARY " check " + setup.yaml()});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.output, Catch::Contains("sample refused: ") && Catch::Contains(" · in dlopen · ") &&
                                  Catch::Contains(" is on a file system that is mounted noexec: set "
                                                  "plugins.private_directory to a folder on another"));
}

TEST_CASE("a start that fails when plugins run already ends them in order") {
    const Setup setup{"listen: 127.0.0.1:0\ndrain: {deadline: 100ms}\nshutdown: {deadline: 5m}\n",
                      {{test_plugin("throws_in_stop"), "sample.so"}, {test_plugin("slow"), "slow.so"}}};
    const Finished result =
        run_command({"env", "LD_PRELOAD=" PATCHBAY_FAILING_READDIR, PATCHBAY_BINARY, "serve", setup.yaml()});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.output, Catch::Contains("sample throws_in_stop gen 1 serving") &&
                                  Catch::Contains("patchbay: cannot read the plugin directory ") &&
                                  Catch::Contains(": Input/output error\n") &&
                                  Catch::Contains("its stop() failed: the farewell has failed") &&
                                  Catch::Contains("slow 1.0.0 gen 1 drained 0 requests · unmapped in") &&
                                  Catch::EndsWith("info stopped\n"));
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

TEST_CASE("a check runs no schedule") {
    // The first is there for as long as the second is waited for.
    const Setup setup{"plugins: {load_timeout: 500ms}\n",
                      {{test_plugin("schedules"), "a.so"}, {test_plugin("hangs_in_start"), "b.so"}}};
    const Finished result = run_patchbay({"check", setup.yaml()});
    CHECK_THAT(result.output, Catch::Contains("sample refused") && !Catch::Contains("it ticks"));
}

TEST_CASE("SIGTERM and SIGINT end what waits for a plugin that does not get ready") {
    const Setup setup{"listen: 127.0.0.1:0\nplugins: {load_timeout: 5m}\n",
                      {{test_plugin("hangs_in_start"), "sample.so"}, {test_plugin("slow"), "zlow.so"}}};
    const TempDirectory temporary;
    const std::map<std::string, std::string> environment{{"TMPDIR", temporary.path().string()}};
    const auto started = [&](const char* command) {
        auto process = std::make_unique<ChildProcess>(
            std::vector<std::string>{PATCHBAY_BINARY, command, setup.yaml()}, environment);
        REQUIRE(process->wait_for_output("sample: start() hangs", 0, patience));
        return process;
    };
    for (const auto& [command, signal, code] :
         {std::tuple{"check", SIGTERM, 128 + SIGTERM}, std::tuple{"routes", SIGINT, 128 + SIGINT},
          std::tuple{"serve", SIGTERM, 1}}) {
        INFO(command);
        const auto process = started(command);
        process->signal(signal);
        CHECK(process->wait(patience) == code);
        CHECK_THAT(process->output(), Catch::Contains("has not returned when the server was told to end") &&
                                          !Catch::Contains("listening on") && !Catch::Contains("METHOD"));
    }
    const auto process = started("serve");
    process->signal(SIGTERM);
    REQUIRE(process->wait_for_output("SIGTERM: nothing more is loaded", 0, patience));
    process->signal(SIGTERM);
    const auto code = process->wait(patience);
    CHECK((code == 128 + SIGTERM || code == 1));  // the first may have ended it before
}

#ifndef PATCHBAY_SANITIZED  // a sanitizer needs all the address space there is
TEST_CASE("threads that the system refuses are an error with a sentence") {
    const Setup executor{"listen: 127.0.0.1:0\nexecutor: {threads: 500}\n"};
    const Setup loops{"listen: 127.0.0.1:0\nevent_loops: 256\nexecutor: {threads: 1}\n"};
    for (const Setup* setup : {&executor, &loops}) {
        for (const char* command : {"check", "serve"}) {
            if (setup == &loops && command == std::string{"check"}) continue;  // it has one loop
            // Stacks so large that what they leave is enough for all else.
            const Finished result = run_command(
                {"prlimit", "--as=4294967296", "--stack=536870912", PATCHBAY_BINARY, command, setup->yaml()});
            CHECK(result.exit_code == 1);
            CHECK_THAT(result.output, Catch::StartsWith("patchbay: cannot start the thread ") &&
                                          Catch::EndsWith(": Resource temporarily unavailable\n"));
        }
    }
}
#endif

TEST_CASE("what is no regular file is no configuration, and nobody waits for it") {
    const TempDirectory directory;
    const fs::path fifo = directory.path() / "fifo.yaml";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const fs::path large = directory.path() / "large.yaml";
    write_file(large, "# x\n");
    fs::resize_file(large, std::uintmax_t{1} << 40);  // a hole
    const std::vector<std::pair<fs::path, std::string>> wrong{
        {fifo, ": this is a pipe; a YAML file is expected\n"},
        {directory.path(), ": this is a directory; a YAML file is expected\n"},
        {"/dev/zero", ": this is a device; a YAML file is expected\n"},
        {large, ": the file is larger than 1MiB\n"}};
    for (const auto& [file, text] : wrong) {
        for (const char* command : {"check", "serve", "routes"}) {
            const Finished result = run_command({PATCHBAY_BINARY, command, file.string()}, patience);
            CHECK(result.exit_code == 78);
            CHECK(result.output == file.string() + text);
        }
    }
    const Setup secrets{"filters: {staff: {basic_auth: {file: " + fifo.string() + "}}}\n"};
    const Finished result = run_command({PATCHBAY_BINARY, "check", secrets.yaml()}, patience);
    CHECK(result.exit_code == 78);
    CHECK_THAT(result.output, Catch::Contains("this is a pipe; a file of secrets is expected"));
}

TEST_CASE("options that are wrong, or empty, are named as they were written") {
    const Setup setup{"{}", sample};
    const auto serve = [&](std::vector<std::string> options) {
        std::vector<std::string> command{PATCHBAY_BINARY, "serve", setup.yaml()};
        command.insert(command.end(), options.begin(), options.end());
        return run_command(std::move(command), patience);
    };
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--listen", ""}, "--listen: listen: "},
        {{"--listen", "8080x"}, "--listen: listen: "},
        {{"--listen="}, "--listen"},
        {{"--plugins", ""}, "--plugins: plugins.directory: a path is needed, found an empty one"}};
    for (const auto& [options, text] : wrong) {
        INFO(options.back());
        const Finished result = serve(options);
        CHECK((result.exit_code == 78 || result.exit_code == 2));
        CHECK_THAT(result.output, Catch::Contains(text) && !Catch::Contains("PATCHBAY_"));
    }
    const Finished check = run_command({PATCHBAY_BINARY, "check", setup.yaml(), "--plugins", ""}, patience);
    CHECK(check.exit_code == 78);
}

TEST_CASE("an option outranks the variable of its key, even a wrong one") {
    ServerOptions options;
    options.arguments = {"--listen", "127.0.0.1:0"};
    options.environment = {{"PATCHBAY_LISTEN", "nonsense"}};
    ServerProcess server{"{}", {}, options};
    CHECK(server.terminate() == 0);
}

TEST_CASE("methods and paths that can't be are bad configuration, whatever the plugin") {
    const Setup setup{
        "routes:\n  - {path: /x, handler: sample.show, methods: [FOO]}\n  - {path: \"/{x\", handler: "
        "sample.echo}\n",
        sample};
    for (const char* command : {"check", "serve", "routes"}) {
        const Finished result = run_command({PATCHBAY_BINARY, command, setup.yaml()}, patience);
        CHECK(result.exit_code == 78);
        CHECK_THAT(result.output,
                   Catch::Contains("test.yaml:2:48: routes[0].methods[0]: unknown method 'FOO'") &&
                       Catch::Contains("test.yaml:3:12: routes[1].path: '{' is not closed"));
    }
}

TEST_CASE("check says how many warnings there were") {
    const auto answer = [](const std::string& yaml) {
        const Setup setup{yaml, sample};
        const Finished result = run_patchbay({"check", setup.yaml()});
        CHECK(result.exit_code == 0);
        return result.output;
    };
    CHECK_THAT(answer("settings: {nobody: {a: 1}}\n"), Catch::EndsWith("\nok, with 1 warning: see above\n"));
    CHECK_THAT(answer("settings: {nobody: {a: 1}, nothing: {a: 1}}\n"),
               Catch::EndsWith("\nok, with 2 warnings: see above\n"));
}
