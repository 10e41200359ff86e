// What keeps a plugin from being unmapped is named; the process lives on.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

using namespace patchbay::test;

namespace {

const std::string yaml = "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\n";

/// Serves the plugin, replaces it by a harmless one, gives the log line about that.
std::string line_after_replacing(ServerProcess& server) {
    server.install(test_plugin("sample_2"), "sample.so");
    const std::string line = server.wait_for_log("sample 2.0.0 gen 2 serving");
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    return line;
}

}  // namespace

TEST_CASE("a thread that is still inside is named") {
    ServerProcess server{yaml, {{test_plugin("thread_inside"), "sample.so"}}};
    CHECK(HttpClient{server.port()}.get("/sample").status == 200);
    CHECK_THAT(line_after_replacing(server),
               Catch::Contains("stays mapped: thread ") && Catch::Contains("is still inside it, in ") &&
                   Catch::Contains("Hazard::start()") && Catch::Contains("(sample.so+0x"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("an Asio service of the plugin's own is named") {
    ServerProcess server{yaml, {{test_plugin("custom_service"), "sample.so"}}};
    for (int i = 0; i < 4; ++i) CHECK(HttpClient{server.port()}.get("/sample").status == 200);
    CHECK_THAT(line_after_replacing(server), Catch::Contains("stays mapped: an Asio service of its own"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a signal handler is named") {
    ServerProcess server{yaml, {{test_plugin("signal_handler"), "sample.so"}}};
    CHECK_THAT(line_after_replacing(server), Catch::Contains("stays mapped: the handler of signal " +
                                                             std::to_string(SIGUSR2) + " is its function ") &&
                                                 Catch::Contains("on_signal(int) (sample.so+0x"));
    server.signal(SIGUSR2);  // goes into code that is still there
    CHECK(HttpClient{server.port()}.get("/sample").body == "2.0.0");
    CHECK(server.terminate() == 0);
}

TEST_CASE("thread_local objects with destructors are in nobody's way") {
    ServerProcess server{yaml, {{test_plugin("thread_local_destructor"), "sample.so"}}};
    for (int i = 0; i < 8; ++i) {
        CHECK(HttpClient{server.port()}.get("/sample").status == 200);
        CHECK(HttpClient{server.port()}.get("/there").status == 200);
    }
    CHECK_THAT(line_after_replacing(server), Catch::Contains("unmapped in"));
    for (const char* thread : {"loop-0", "executor-", "reaper"})
        CHECK_THAT(server.log(), Catch::Contains(std::string{"destroyed on "} + thread));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a server ends well with hazards loaded") {
    for (const char* name :
         {"thread_inside", "custom_service", "signal_handler", "thread_local_destructor"}) {
        INFO(name);
        ServerProcess server{yaml, {{test_plugin(name), "sample.so"}}};
        CHECK(HttpClient{server.port()}.get("/sample").status == 200);
        CHECK(server.terminate() == 0);
    }
}
