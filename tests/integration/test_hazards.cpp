// What keeps a plugin from being unmapped is named; the process lives on.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"

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

TEST_CASE("a terminate handler is named") {
    ServerProcess server{yaml, {{test_plugin("terminate_handler"), "sample.so"}}};
    CHECK_THAT(line_after_replacing(server),
               Catch::Contains("stays mapped: the terminate handler is its function ") &&
                   Catch::Contains("on_terminate() (sample.so+0x"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a library that the dynamic linker keeps is not taken for unmapped") {
    ServerProcess server{yaml, {{test_plugin("pins_itself"), "sample.so"}}};
    CHECK_THAT(line_after_replacing(server), Catch::Contains("stays mapped: the dynamic linker keeps it"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("Asio's own timers, sockets, resolvers and signals keep nothing mapped") {
    ServerProcess server{yaml, {{test_plugin("asio_services"), "sample.so"}}};
    CHECK(HttpClient{server.port()}.get("/sample").body == "asio_services");
    CHECK_THAT(line_after_replacing(server), Catch::Contains("unmapped in"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin that fails in stop() is ended all the same, and the text is logged") {
    ServerProcess server{yaml + "drain: {deadline: 100ms}\n", {{test_plugin("throws_in_stop"), "sample.so"}}};
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("sample_2"), "sample.so");
    CHECK_THAT(server.wait_for_log("its stop() failed: the farewell has failed", mark),
               Catch::Contains("gen 1 drained") && Catch::Contains("unmapped in"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("work that ignores cancellation keeps its generation, until it ends") {
    ServerProcess server{yaml + "drain: {deadline: 100ms}\n", {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/until" + (server.directory() / "go").string()));
    server.wait_for_log("slow: waiting for a file");
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("slow"), "slow.so");
    CHECK_THAT(server.wait_for_log("slow 1.0.0 gen 1 stays loaded: ", mark),
               Catch::Contains("1 operation of it did not end when asked to (1 request;"));
    CHECK(HttpClient{server.port()}.get("/quick").body == "quick");
    CHECK(server.log().find("unmapped") == std::string::npos);
    write_file(server.directory() / "go", "");
    CHECK_THAT(server.wait_for_log("slow 1.0.0 gen 1 drained 1 request", mark),
               Catch::Contains("unmapped in"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a shielded task that keeps its generation is named") {
    ServerProcess server{yaml + "drain: {deadline: 100ms}\n", {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/keep" + (server.directory() / "go").string()));
    server.wait_for_log("slow: waiting for a file");
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("slow"), "slow.so");
    CHECK_THAT(server.wait_for_log("slow 1.0.0 gen 1 stays loaded: ", mark),
               Catch::Contains(" did not end when asked to (1 request and 1 shielded task;"));
    write_file(server.directory() / "go", "");
    CHECK_THAT(server.wait_for_log("slow 1.0.0 gen 1 drained 1 request", mark),
               Catch::Contains("unmapped in"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a thread that another plugin keeps does not hold up the reaper for ever") {
    ServerProcess server{
        yaml + "executor: {threads: 1}\ndrain: {deadline: 100ms}\n",
        {{test_plugin("thread_local_destructor"), "sample.so"}, {test_plugin("slow"), "slow.so"}}};
    CHECK(HttpClient{server.port()}.get("/there").status == 200);  // the thread owes a destructor now
    HttpClient client{server.port()};
    client.send(http_request("GET", "/until" + (server.directory() / "go").string()));
    server.wait_for_log("slow: waiting for a file");
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("sample_2"), "sample.so");
    CHECK_THAT(
        server.wait_for_log("gen 1 drained", mark),
        Catch::Contains("stays mapped: its thread_local objects were not destroyed on a thread where a "
                        "blocking handler of slow does not return"));
    write_file(server.directory() / "go", "");
    CHECK(client.read_response().body == "there it is");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin's own library lies beside it, and is no plugin") {
    const std::string library = "libown_library.so.1";
    ServerProcess server{yaml,
                         {{test_plugin("with_library"), "with_library.so"},
                          {test_plugin("with_library").parent_path() / library, library}}};
    CHECK(HttpClient{server.port()}.get("/word").body == "from the library");
    server.install(test_plugin("with_library"), "with_library.so");
    CHECK_THAT(server.wait_for_log("with_library 1.0.0 gen 2 serving"), Catch::Contains("unmapped in"));
    CHECK(HttpClient{server.port()}.get("/word").body == "from the library");
    CHECK(server.log().find("refused") == std::string::npos);
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
    for (const char* name : {"thread_inside", "custom_service", "signal_handler", "thread_local_destructor",
                             "terminate_handler", "pins_itself"}) {
        INFO(name);
        ServerProcess server{yaml, {{test_plugin(name), "sample.so"}}};
        CHECK(HttpClient{server.port()}.get("/sample").status == 200);
        CHECK(server.terminate() == 0);
    }
}
