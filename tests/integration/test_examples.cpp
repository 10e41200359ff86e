// The example plugins, served by the settings of conf/patchbay.yaml: they answer as their READMEs say, and
// are replaced without a trace.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <string_view>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

const fs::path built = fs::path{PATCHBAY_BUILD} / "plugins";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

std::string settings(const fs::path& database) {
    std::string yaml = read_file(fs::path{PATCHBAY_SOURCE} / "conf" / "patchbay.yaml");
    yaml = replaced(yaml, "127.0.0.1:8080", "127.0.0.1:0");
    yaml = replaced(yaml, "../build/release/plugins", "plugins");
    return replaced(yaml, "build/release/notes.sqlite", database.string());
}

void replace_all(const ServerProcess& server) {
    for (const std::string name : {"hello", "notes", "fanout"}) {
        const std::size_t mark = server.log_mark();
        server.install(built / (name + ".so"), name + ".so");
        CHECK_THAT(server.wait_for_log(" gen 1 drained ", mark),
                   Catch::Contains("info " + name + " ") && Catch::Contains(" · unmapped in "));
    }
}

}  // namespace

TEST_CASE("the example plugins answer as they say, and are replaced without a trace") {
    const TempDirectory data;
    ServerProcess server{settings(data.path() / "notes.sqlite"),
                         {{built / "hello.so", "hello.so"},
                          {built / "notes.so", "notes.so"},
                          {built / "fanout.so", "fanout.so"}}};
    HttpClient client{server.port()};
    const std::string here = "http://127.0.0.1:" + std::to_string(server.port());
    for (const int generation : {1, 2}) {
        CHECK_THAT(client.get("/async").body,
                   Catch::StartsWith("{\"event_loop\":\"loop-") && Catch::Contains("\"thread\":\"loop-"));
        CHECK_THAT(client.get("/sync").body,
                   Catch::StartsWith("{\"event_loop\":null,\"thread\":\"executor-"));
        CHECK(client.get("/hello/Ada").body == "Hello, Ada!\n");
        const std::string note = "{\"title\":\"number " + std::to_string(generation) + "\"}";
        client.send("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(note.size()) + "\r\n\r\n" + note);
        CHECK(client.read_response().status == 201);
        CHECK_THAT(client.get("/notes").body, Catch::Contains("\"total\":" + std::to_string(generation)));
        CHECK_THAT(client.get("/fanout?url=" + here + "/async").body, Catch::Contains("\"status\":200"));
        if (generation == 1) replace_all(server);
    }
    CHECK(server.terminate() == 0);
}
