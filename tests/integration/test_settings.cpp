// The YAML is live: all of an edit is taken, or nothing.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <string>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

const std::string base = "listen: 127.0.0.1:0\nplugins: {settle: 30ms}\n";
const std::vector<PluginFile> plugins{{test_plugin("sample_1"), "sample.so"},
                                      {test_plugin("slow"), "slow.so"}};

}  // namespace

TEST_CASE("other settings make a new generation of that plugin alone") {
    ServerProcess server{base + "settings: {sample: {body: first}}\n", plugins};
    HttpClient client{server.port()};
    CHECK(client.get("/sample").body == "first");
    server.reconfigure(base + "settings: {sample: {body: second}}\n");
    const std::string line = server.wait_for_log("sample 1.0.0 gen 2 serving with new settings");
    CHECK_THAT(line, Catch::Contains("unmapped in"));
    CHECK(client.get("/sample").body == "second");
    server.reconfigure(base);
    server.wait_for_log("sample 1.0.0 gen 3 serving with new settings");
    CHECK(client.get("/sample").body == "1.0.0");
    CHECK(server.log().find("slow 1.0.0 gen 2") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the file may be edited in place") {
    ServerProcess server{base, plugins};
    HttpClient client{server.port()};
    write_file(server.directory() / "patchbay.yaml", base + "settings: {sample: {body: edited}}\n");
    server.wait_for_log("sample 1.0.0 gen 2 serving with new settings");
    CHECK(client.get("/sample").body == "edited");
    for (const char* half_written : {"", "# Only its first line so far.\n"}) {
        const std::size_t mark = server.log_mark();
        write_file(server.directory() / "patchbay.yaml", half_written);
        server.wait_for_log("there is nothing in it", mark);
        server.wait_for_log("configuration refused", mark);
        CHECK(client.get("/sample").body == "edited");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("when the kernel has lost count of the changes, everything is looked at, the file too") {
    ServerProcess server{base, plugins};
    HttpClient client{server.port()};
    const fs::path touched[] = {server.plugins() / ".one", server.plugins() / ".two"};
    for (const fs::path& file : touched) write_file(file, "");
    const auto most = std::stoul(read_file("/proc/sys/fs/inotify/max_queued_events"));
    REQUIRE(most < 10'000'000);
    server.signal(SIGSTOP);
    REQUIRE(eventually([&] {
        return read_file("/proc/" + std::to_string(server.id()) + "/status").find("State:\tT") !=
               std::string::npos;
    }));
    // Two in turn: equal events that follow each other are one.
    for (std::size_t i = 0; i <= most; ++i) fs::permissions(touched[i % 2], fs::perms::owner_all);
    server.reconfigure(base + "settings: {sample: {body: found}}\n");
    server.install(test_plugin("promise"), "promise.so");
    server.signal(SIGCONT);
    server.wait_for_log("sample 1.0.0 gen 2 serving with new settings");
    server.wait_for_log("promise 1.0.0 gen 1 serving");
    CHECK(client.get("/sample").body == "found");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a setting that nobody reads and a handler that nobody can reach are warned of") {
    ServerProcess server{base + "settings: {sample: {bdy: first}}\n",
                         {{test_plugin("sample_1"), "sample.so"}}};
    CHECK_THAT(server.wait_for_log(" is not read by sample"),
               Catch::Contains("patchbay.yaml:3:") &&
                   Catch::EndsWith("settings.sample.bdy is not read by sample: is it misspelt?"));
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("throws_in_stop"), "sample.so");
    CHECK_THAT(server.wait_for_log(" has no route", mark),
               Catch::Contains("warning sample.lost (throws_in_stop.cpp:") &&
                   Catch::EndsWith(") has no route, neither of its own nor in the configuration"));
    server.reconfigure(base + "drain: {deadline: 100ms}\nshutdown: {deadline: 5m}\n");
    server.wait_for_log("configuration taken", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("routes are bound, restricted and disabled while the server runs") {
    ServerProcess server{base, plugins};
    HttpClient client{server.port()};
    const auto apply = [&](const std::string& routes) {
        const std::size_t mark = server.log_mark();
        server.reconfigure(base + "routes:\n" + routes);
        server.wait_for_log("configuration taken", mark);
    };
    CHECK(client.get("/sample").status == 200);

    apply("  - {path: /elsewhere, handler: sample.show}\n");
    CHECK(client.get("/sample").status == 404);
    CHECK(client.get("/elsewhere").body == "1.0.0");

    apply(
        "  - {path: /elsewhere, methods: [POST], handler: sample.show}\n  - {path: /sample, handler: "
        "sample.show}\n");
    CHECK(client.get("/sample").status == 200);
    const HttpResponse restricted = client.get("/elsewhere");
    CHECK(restricted.status == 405);
    CHECK(restricted.header("allow") == "POST, OPTIONS");
    CHECK(client.post("/elsewhere", "x").body == "1.0.0");

    apply("  - {handler: sample.show, enabled: false}\n");
    CHECK(client.get("/sample").status == 404);
    CHECK(client.get("/quick").status == 200);

    apply("  - {handler: sample.echo, max_body: 10B}\n");
    CHECK(client.get("/sample").status == 200);
    CHECK(client.post("/sample/echo", "0123456789").status == 200);
    CHECK(client.post("/sample/echo", "0123456789a").status == 413);
    CHECK(server.log().find("gen 2") == std::string::npos);  // routes are not the plugins' business
    CHECK(server.terminate() == 0);
}

TEST_CASE("an edit with a mistake changes nothing") {
    ServerProcess server{base + "settings: {sample: {body: first}}\n", plugins};
    HttpClient client{server.port()};
    const auto refused = [&](const std::string& yaml) {
        const std::size_t mark = server.log_mark();
        server.reconfigure(yaml);
        const std::string line = server.wait_for_log("configuration refused", mark);
        CHECK_THAT(line, Catch::EndsWith("the old one still serves"));
        CHECK(client.get("/sample").body == "first");
        CHECK(client.get("/quick").status == 200);
        return server.log().substr(mark);
    };
    CHECK_THAT(refused(base + "setings: {}\n"),
               Catch::Contains("patchbay.yaml:3:1: setings") && Catch::Contains("did you mean 'settings'?"));
    CHECK_THAT(refused(base + "limits: [\n"), Catch::Contains("patchbay.yaml:"));
    // Right as YAML, but there is no such handler; the settings beside it are not taken either.
    CHECK_THAT(
        refused(base + "settings: {sample: {body: second}}\nroutes:\n  - {path: /x, handler: sample.shew}\n"),
        Catch::Contains("patchbay.yaml:5:") && Catch::Contains("did you mean 'sample.show'?"));
    CHECK_THAT(refused(base + "routes:\n  - {path: /x, handler: slow.wait}\n"),
               Catch::Contains("patchbay.yaml:4:5: path \"/x\": slow.wait needs the parameter "
                               "{milliseconds:int}, as in its own path"));
    // The plugin refuses them.
    CHECK_THAT(refused(base + "settings: {sample: {body: [1, 2]}}\n"), Catch::Contains("sample.body"));
    // Two handlers at one place.
    CHECK_THAT(refused(base + "routes:\n  - {path: /quick, methods: [GET], handler: sample.show}\n"),
               Catch::Contains("sample.show") && Catch::Contains("slow.quick"));
    server.reconfigure(base + "settings: {sample: {body: third}}\n");
    server.wait_for_log("serving with new settings");
    CHECK(client.get("/sample").body == "third");
    CHECK(server.terminate() == 0);
}

TEST_CASE("limits and timeouts are taken, listen waits for a restart") {
    ServerProcess server{base + "limits: {body: 10B}\n", plugins};
    HttpClient client{server.port()};
    CHECK(HttpClient{server.port()}.post("/sample/echo", "0123456789a").status == 413);
    server.reconfigure("listen: 127.0.0.1:1\nplugins: {settle: 30ms}\nlimits: {body: 11B}\n");
    CHECK_THAT(server.wait_for_log("configuration taken"),
               Catch::Contains("changes of listen wait for a restart"));
    CHECK(client.post("/sample/echo", "0123456789a").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin that was refused is tried again by a new configuration") {
    ServerProcess server{base + "settings: {sample: {body: [1, 2]}}\n", plugins};
    CHECK(HttpClient{server.port()}.get("/sample").status == 404);
    server.reconfigure(base + "settings: {sample: {body: mended}}\n");
    server.wait_for_log("sample 1.0.0 gen 1 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "mended");
    CHECK(server.terminate() == 0);
}

TEST_CASE("settings of a plugin that isn't there are named") {
    ServerProcess server{base + "settings: {sampel: {body: x}}\n", plugins};
    const std::string line = server.wait_for_log("sampel");
    CHECK_THAT(line, Catch::Contains("warning") && Catch::Contains("patchbay.yaml:") &&
                         Catch::Contains("did you mean 'sample'?"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("SIGHUP takes a configuration whose change nobody could see") {
    const TempDirectory folder;
    write_file(folder.path() / "one.yaml", base);
    write_file(folder.path() / "two.yaml", base + "settings: {sample: {body: second}}\n");
    ServerProcess server{base, plugins};
    // The link's own folder is watched; what it leads to by way of another link is not. After each change
    // comes an event that is seen.
    fs::create_symlink(folder.path() / "one.yaml", folder.path() / "current");
    server.link_configuration(folder.path() / "current");
    server.install(test_plugin("sample_2"), "sample.so");
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    fs::create_symlink(folder.path() / "two.yaml", folder.path() / "next");
    fs::rename(folder.path() / "next", folder.path() / "current");
    server.install(test_plugin("slow"), "slow.so");
    server.wait_for_log("slow 1.0.0 gen 2 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    server.signal(SIGHUP);
    server.wait_for_log("sample 2.0.0 gen 3 serving with new settings");
    CHECK(HttpClient{server.port()}.get("/sample").body == "second");
    CHECK(server.terminate() == 0);
}
