// Replacements that are refused: the log says why in one line, and the old generation still serves.
#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

struct Refusal {
    std::string what;
    fs::path file;
    std::string log;  ///< what the line must hold
};

fs::path bad_plugin(const std::string& name) { return fs::path{PATCHBAY_BAD_PLUGINS} / (name + ".so"); }

const std::string yaml = R"(
listen: 127.0.0.1:0
plugins: {settle: 30ms, load_timeout: 300ms}
)";

std::vector<Refusal> refusals(const fs::path& folder) {
    const std::string whole = read_file(test_plugin("sample_2"));
    write_file(folder / "truncated.so", std::string_view{whole}.substr(0, whole.size() - 1000));
    write_file(folder / "headless.so", std::string_view{whole}.substr(0, 40));
    write_file(folder / "text.so", "#!/bin/sh\necho no plugin\n");
    write_file(folder / "empty.so", "");
    std::vector<Refusal> cases{
        {"another SDK", bad_plugin("next_sdk"), "refused: built for SDK 2, this host is SDK 1"},
        {"no descriptor", bad_plugin("no_descriptor"),
         "refused: no Patchbay descriptor: write PATCHBAY_PLUGIN in one source, and build with "
         "patchbay_add_plugin"},
        {"no entry point", bad_plugin("no_destroy"), "refused: no entry point patchbay_plugin_destroy"},
        {"NODELETE", bad_plugin("no_delete"), "refused: linked with -z nodelete: it would never unload"},
        {"truncated", folder / "truncated.so", "refused: truncated: the section table ends at "},
        {"not even a header", folder / "headless.so", "refused: truncated: the ELF header ends at 64"},
        {"not ELF", folder / "text.so", "refused: not an ELF file"},
        {"an empty file", folder / "empty.so", "refused: empty file"},
        {"throws in its constructor", test_plugin("throws_in_constructor"),
         "refused: the constructor has failed"},
        {"throws in start()", test_plugin("throws_in_start"), "refused: start has failed"},
        {"its settings are wrong", test_plugin("bad_settings"), "sample.port"},
    };
#ifdef PATCHBAY_UNIQUE_SYMBOLS
    cases.push_back({"UNIQUE symbols", bad_plugin("unique_symbol"),
                     "STB_GNU_UNIQUE symbol keeps it from ever unloading"});
#endif
    return cases;
}

}  // namespace

TEST_CASE("a replacement that is refused leaves the old generation serving") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    const TempDirectory folder;
    HttpClient client{server.port()};
    for (const Refusal& one : refusals(folder.path())) {
        INFO(one.what);
        const std::size_t mark = server.log_mark();
        server.install(one.file, "sample.so");
        const std::string line = server.wait_for_log(" refused: ", mark);
        CHECK(line.find("sample") != std::string::npos);
        CHECK_THAT(line, Catch::Contains(one.log) && Catch::EndsWith("gen 1 still serving"));
        CHECK(client.get("/sample").body == "1.0.0");
    }
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("sample_2"), "sample.so");
    server.wait_for_log("sample 2.0.0 gen 2 serving", mark);
    CHECK(client.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a refused file is looked at again at SIGHUP, and none of its code ever runs") {
    const fs::path file = bad_plugin("speaks_when_loaded");
    const std::string said = "code of the plugin has run";
#ifndef PATCHBAY_SANITIZED  // whose runtime the file would need
    CHECK_THAT(run_command({"env", "LD_PRELOAD=" + file.string(), "true"}).output, Catch::Contains(said));
#endif
    ServerProcess server{yaml, {{file, "sample.so"}}};
    const std::string refusal = "sample.so refused: built for SDK 2, this host is SDK 1";
    server.wait_for_log(refusal);
    const std::size_t mark = server.log_mark();
    server.signal(SIGHUP);
    server.wait_for_log(refusal, mark);
    CHECK(server.terminate() == 0);
    CHECK(server.log().find(said) == std::string::npos);
    const Finished inspected = run_command({PATCHBAY_BINARY, "inspect", file.string()});
    CHECK_THAT(inspected.output, Catch::Contains("refused: ") && !Catch::Contains(said));
}

TEST_CASE("a refusal says where it came to it, of which file, and what serves") {
    ServerProcess server{yaml, {{test_plugin("throws_in_constructor"), "sample.so"}}};
    const auto refusal = [&](const fs::path& file) {
        const std::size_t mark = server.log_mark();
        server.install(file, "sample.so");
        return server.wait_for_log(" refused: ", mark);
    };
    const std::string none = server.wait_for_log(" refused: ");
    CHECK_THAT(none, Catch::EndsWith(" · in its constructor · " + (server.plugins() / "sample.so").string() +
                                     " · nothing of it serves"));
    CHECK_THAT(server.wait_for_log(" ended, having served nobody · unmapped in "),
               Catch::Contains(" gen 1 ended") && !Catch::Contains("drained"));
    CHECK_THAT(refusal(test_plugin("throws_in_start")), Catch::Contains(" · in start() · "));
    CHECK_THAT(refusal(bad_plugin("next_sdk")), Catch::Contains(" · at the gate · "));
    const std::size_t mark = server.log_mark();
    fs::create_symlink("nowhere.so", server.plugins() / "dangling.so");
    CHECK_THAT(server.wait_for_log("dangling.so refused: ", mark),
               Catch::Contains("is a symbolic link to ") &&
                   Catch::Contains("/nowhere.so, which does not exist: point it elsewhere, or remove it · at "
                                   "its permissions · "));
    CHECK(server.terminate() == 0);
}

TEST_CASE("what is refused for want of descriptors is tried again by itself") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    struct rlimit before{};
    REQUIRE(::prlimit(server.id(), RLIMIT_NOFILE, nullptr, &before) == 0);
    const struct rlimit none{3, before.rlim_max};  // what is open stays so
    REQUIRE(::prlimit(server.id(), RLIMIT_NOFILE, &none, nullptr) == 0);
    server.install(test_plugin("sample_2"), "sample.so");
    CHECK_THAT(server.wait_for_log(" refused: "),
               Catch::Contains("Too many open files") && Catch::Contains(" · in its private copy · ") &&
                   Catch::EndsWith(" · tried again in 1 s · sample gen 1 still serving"));
    CHECK_THAT(server.wait_for_log(" · tried again in 2 s · "), Catch::Contains("Too many open files"));
    REQUIRE(::prlimit(server.id(), RLIMIT_NOFILE, &before, nullptr) == 0);
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a folder of plugin copies that somebody has deleted is made anew") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    fs::remove_all(server.temporary());
    fs::create_directory(server.temporary());
    SECTION("for another generation") {
        server.install(test_plugin("sample_2"), "sample.so");
        server.wait_for_log("sample 2.0.0 gen 2 serving · gen 1 drained 0 requests · unmapped in ");
        CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    }
    SECTION("for the same file with other settings") {
        server.reconfigure(yaml + "settings: {sample: {body: again}}\n");
        server.wait_for_log("sample 1.0.0 gen 2 serving with new settings");
        CHECK(HttpClient{server.port()}.get("/sample").body == "again");
    }
    CHECK_THAT(server.wait_for_log(" was deleted: "), Catch::EndsWith(" takes its place"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a file that others may write is refused") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    const fs::path hidden = server.plugins() / ".sample.so";
    fs::copy_file(test_plugin("sample_2"), hidden);
    fs::permissions(hidden, fs::perms::others_write, fs::perm_options::add);
    fs::rename(hidden, server.plugins() / "sample.so");
    const std::string line = server.wait_for_log(" refused: ");
    CHECK_THAT(line, Catch::Contains("is writable by others: chmod go-w ") &&
                         Catch::EndsWith("gen 1 still serving"));
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    // Doing what the line says is enough.
    fs::permissions(server.plugins() / "sample.so", fs::perms::others_write, fs::perm_options::remove);
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a route that another plugin has is refused, and both are named") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    server.install(test_plugin("clash"), "clash.so");
    const std::string line = server.wait_for_log("clash refused: ");
    CHECK_THAT(line,
               Catch::Contains("sample.show") && Catch::Contains("clash.mine") && Catch::Contains("/sample"));
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("two files that claim one name are an error that names both") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    server.install(test_plugin("sample_2"), "other.so");
    const std::string line = server.wait_for_log("sample refused: two files claim this plugin's name");
    CHECK_THAT(line, Catch::Contains("/sample.so") && Catch::Contains("/other.so") &&
                         Catch::EndsWith("gen 1 still serving"));
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    SECTION("removing the first lets the second serve") {
        fs::remove(server.plugins() / "sample.so");
        server.wait_for_log("sample 2.0.0 gen 2 serving");
        CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    }
    SECTION("the first may still be replaced") {
        server.install(test_plugin("sample_2"), "sample.so");
        server.wait_for_log("sample 2.0.0 gen 2 serving");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin that hangs in start() is given up") {
    ServerProcess server{yaml, {{test_plugin("sample_1"), "sample.so"}}};
    server.install(test_plugin("hangs_in_start"), "sample.so");
    CHECK_THAT(server.wait_for_log("sample refused: "),
               Catch::Contains("has not returned after 300 ms (plugins.load_timeout)") &&
                   Catch::Contains(" · while loading · ") && Catch::EndsWith(" · gen 1 still serving"));
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    server.install(test_plugin("sample_2"), "sample.so");
    CHECK_THAT(server.wait_for_log("sample 2.0.0 gen 2 serving"), Catch::Contains("unmapped in"));
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 1);  // its thread has to be cut short
    CHECK_THAT(server.log(), Catch::Contains("given up while loading is still in its start"));
}

TEST_CASE("a server starts with what can be served") {
    ServerProcess server{yaml,
                         {{test_plugin("throws_in_start"), "bad.so"}, {test_plugin("slow"), "slow.so"}}};
    server.wait_for_log("sample refused: start has failed");
    CHECK(HttpClient{server.port()}.get("/quick").body == "quick");
    CHECK(server.terminate() == 0);
}
