// Files that come, change and go: what is served follows, and nobody notices but the log.
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <string>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

const std::string yaml = R"(
listen: 127.0.0.1:0
event_loops: 2
plugins: {settle: 30ms, retire_after: 400ms}
)";
const std::vector<PluginFile> sample{{test_plugin("sample_1"), "sample.so"}};

/// Right as long as one of the two builds answers.
std::string either_version(HttpClient& client, unsigned, std::uint64_t) {
    const HttpResponse answer = client.get("/sample");
    const bool right = answer.status == 200 && (answer.body == "1.0.0" || answer.body == "2.0.0");
    return right ? "" : std::to_string(answer.status) + " " + answer.body;
}

int status_of(const ServerProcess& server, const std::string& target) {
    return HttpClient{server.port()}.get(target).status;
}

}  // namespace

TEST_CASE("a plugin that is dropped in is served") {
    ServerProcess server{yaml};
    HttpClient client{server.port()};
    CHECK(client.get("/sample").status == 404);
    server.install(test_plugin("sample_1"), "sample.so");
    server.wait_for_log("sample 1.0.0 gen 1 serving");
    CHECK(client.get("/sample").body == "1.0.0");
    server.install(test_plugin("slow"), "slow.so");
    server.wait_for_log("slow 1.0.0 gen 1 serving");
    CHECK(client.get("/quick").body == "quick");
    CHECK(client.get("/sample").body == "1.0.0");
    CHECK(server.terminate() == 0);
    CHECK(fs::is_empty(server.temporary()));  // no private copy stays behind
}

TEST_CASE("a plugin is replaced under load, however its file is written") {
    ServerProcess server{yaml, sample};
    HttpClient client{server.port()};
    CHECK(client.get("/sample").body == "1.0.0");
    Load load{server.port(), 4, either_version};
    const std::size_t mark = server.log_mark();
    SECTION("renamed over it") { server.install(test_plugin("sample_2"), "sample.so"); }
    SECTION("written over it in place") { server.overwrite(test_plugin("sample_2"), "sample.so"); }
    SECTION("deleted, then created") {
        fs::remove(server.plugins() / "sample.so");
        server.overwrite(test_plugin("sample_2"), "sample.so");
    }
    SECTION("a symbolic link to it") {
        fs::create_symlink(test_plugin("sample_2"), server.plugins() / ".sample.so");
        fs::rename(server.plugins() / ".sample.so", server.plugins() / "sample.so");
    }
    const std::string line = server.wait_for_log("sample 2.0.0 gen 2 serving · gen 1 drained", mark);
    CHECK(line.find(" · unmapped in ") != std::string::npos);
    CHECK(client.get("/sample").body == "2.0.0");
    const auto failures = load.stop();
    for (const std::string& failure : failures) UNSCOPED_INFO(failure);
    CHECK(failures.empty());
    CHECK(load.requests() > 0);
    CHECK(server.log().find("refused") == std::string::npos);
    CHECK(server.terminate() == 0);
    CHECK(fs::is_empty(server.temporary()));
}

TEST_CASE("a copy that pauses half-way is refused, and taken once it is whole") {
    ServerProcess server{yaml, sample};
    const std::string bytes = read_file(test_plugin("sample_2"));
    write_file(server.plugins() / "sample.so", std::string_view{bytes}.substr(0, bytes.size() / 2));
    server.wait_for_log("sample.so refused: ");
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    write_file(server.plugins() / "sample.so", bytes);
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin whose file is gone is retired after plugins.retire_after") {
    ServerProcess server{yaml, sample};
    HttpClient client{server.port()};
    fs::remove(server.plugins() / "sample.so");
    const std::string line = server.wait_for_log("sample removed");
    CHECK(line.find("gen 1 drained 0 requests · unmapped in ") != std::string::npos);
    CHECK(client.get("/sample").status == 404);
    server.install(test_plugin("sample_2"), "sample.so");
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(client.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a file that moves keeps its plugin served") {
    ServerProcess server{yaml, sample};
    Load load{server.port(), 2, either_version};
    const std::size_t mark = server.log_mark();
    fs::rename(server.plugins() / "sample.so", server.plugins() / "renamed.so");
    server.wait_for_log("sample 1.0.0 gen 2 serving", mark);
    server.install(test_plugin("sample_2"), "renamed.so");
    server.wait_for_log("sample 2.0.0 gen 3 serving", mark);
    CHECK(load.stop().empty());
    CHECK(server.terminate() == 0);
}

TEST_CASE("a file that brings another plugin retires the one it brought before") {
    ServerProcess server{yaml, sample};
    server.install(test_plugin("slow"), "sample.so");
    server.wait_for_log("sample removed · gen 1 drained");
    server.wait_for_log("slow 1.0.0 gen 1 serving");
    CHECK(status_of(server, "/quick") == 200);
    CHECK(status_of(server, "/sample") == 404);
    CHECK(server.terminate() == 0);
    CHECK(server.log().find("gen 2") == std::string::npos);
}

TEST_CASE("hidden files and other suffixes are no plugins") {
    ServerProcess server{yaml, sample};
    const std::size_t mark = server.log_mark();
    write_file(server.plugins() / ".hidden.so", "not a plugin");
    write_file(server.plugins() / "sample.so.bak", "not a plugin");
    write_file(server.plugins() / "notes.txt", "not a plugin");
    server.install(test_plugin("slow"), "slow.so");  // the event after them, so they have been looked at
    server.wait_for_log("slow 1.0.0 gen 1 serving", mark);
    CHECK(server.log().find("refused") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a request in flight ends in the generation that began it") {
    ServerProcess server{yaml, {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    HttpClient held{server.port()};
    held.send(http_request("GET", "/hold"));
    client.send(http_request("GET", "/wait/1500"));
    server.wait_for_log("slow: waiting");
    server.wait_for_log("slow: holding");
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("slow"), "slow.so");
    server.wait_for_log("slow 1.0.0 gen 2 serving · gen 1 draining 2 requests", mark);
    CHECK(client.read_response().body == "waited");
    // Only the old generation knows of the request that it holds: a new release can't reach it.
    CHECK(HttpClient{server.port()}.post("/release", "x").status == 200);
    CHECK(status_of(server, "/quick") == 200);
    server.signal(SIGKILL);
    CHECK(server.wait() == 128 + SIGKILL);
}

TEST_CASE("requests that outlast drain.deadline are cancelled") {
    ServerProcess server{"listen: 127.0.0.1:0\nplugins: {settle: 30ms}\ndrain: {deadline: 200ms}\n",
                         {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/wait/600000"));
    server.wait_for_log("slow: waiting");
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("slow"), "slow.so");
    CHECK(client.read_response().status == 503);
    server.wait_for_log("gen 1 drained 1 request · unmapped in ", mark);
    CHECK(client.get("/quick").status == 200);  // the connection outlives its request
    CHECK(server.terminate() == 0);
}

TEST_CASE("SIGHUP looks again where nobody watches") {
    ServerProcess server{"listen: 127.0.0.1:0\nplugins: {watch: false}\n", sample};
    server.install(test_plugin("sample_2"), "sample.so");
    CHECK(HttpClient{server.port()}.get("/sample").body == "1.0.0");
    server.signal(SIGHUP);
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    server.signal(SIGHUP);  // nothing has changed: no new generation
    server.install(test_plugin("slow"), "slow.so");
    server.signal(SIGHUP);
    server.wait_for_log("slow 1.0.0 gen 1 serving");
    CHECK(server.log().find("gen 3") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin directory that can't be read takes nothing out of service") {
    ServerProcess server{yaml, sample, {.launcher = bound_by_permissions()}};
    HttpClient client{server.port()};
    const fs::path place = server.plugins();
    const auto count_complaints = [&server] {
        const std::string log = server.log();
        std::size_t count = 0;
        for (std::size_t at = log.find("cannot read"); at != log.npos; at = log.find("cannot read", at + 1))
            ++count;
        return count;
    };
    SECTION("its permissions") {
        fs::permissions(place, fs::perms::none);
        CHECK_THAT(server.wait_for_log("cannot read the plugin directory"),
                   Catch::Contains("Permission denied"));
        server.signal(SIGHUP);  // looks at everything
        const std::size_t mark = server.log_mark();
        server.reconfigure(yaml + "log: {level: debug}\n");
        server.wait_for_log("configuration taken", mark);
        CHECK(client.get("/sample").body == "1.0.0");
        fs::permissions(place, fs::perms::owner_all);
    }
    SECTION("those of the folder above it, of which nobody is told") {
        fs::permissions(place.parent_path(), fs::perms::none);
        server.signal(SIGHUP);
        server.wait_for_log("cannot read the plugin directory");
        CHECK(client.get("/sample").body == "1.0.0");
        fs::permissions(place.parent_path(), fs::perms::owner_all);
    }
    server.wait_for_log("can be read again");
    CHECK(client.get("/sample").body == "1.0.0");
    CHECK(count_complaints() == 1);
    server.install(test_plugin("sample_2"), "sample.so");
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(server.log().find("removed") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin directory that is replaced by another is followed") {
    ServerProcess server{yaml, sample};
    const fs::path place = server.plugins();
    fs::create_directory(server.directory() / "next");
    fs::copy_file(test_plugin("sample_2"), server.directory() / "next" / "sample.so");
    fs::rename(place, server.directory() / "before");
    fs::rename(server.directory() / "next", place);
    server.wait_for_log("sample 2.0.0 gen 2 serving");
    server.install(test_plugin("slow"), "slow.so");
    server.wait_for_log("slow 1.0.0 gen 1 serving");
    CHECK(server.terminate() == 0);
}
