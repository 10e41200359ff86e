// Plugins whose handlers call servers: across a reload, past a deadline, and at the end of the server.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("calls_1"), "calls.so"}, {test_plugin("slow"), "slow.so"}};

// A handler that is called by one which has left goes on until the server ends.
std::string with(const std::string& more) {
    return "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\nshutdown: {deadline: 300ms}\n" +
           more;
}

std::string call_of(const ServerProcess& server, const std::string& target) {
    return "/call?url=http://127.0.0.1:" + std::to_string(server.port()) + target;
}

void send_get(HttpClient& client, const std::string& target) {
    client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
}

std::string reload(const ServerProcess& server) {
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("calls_2"), "calls.so");
    return server.wait_for_log("gen 1 drained", mark);
}

}  // namespace

TEST_CASE("a plugin with idle connections is unmapped, and its connections are closed") {
    ServerProcess server{with(""), plugins};
    HttpClient client{server.port()};
    const auto descriptors = [&] { return open_descriptors(server.id()); };
    CHECK(client.get("/version").body == "1");
    const std::size_t before = descriptors();
    for (int i = 0; i < 3; ++i) CHECK(client.get(call_of(server, "/quick")).body == "quick");
    CHECK(descriptors() > before);  // both ends of the connection that is kept
    CHECK_THAT(reload(server), Catch::Contains("unmapped"));
    CHECK(client.get("/version").body == "2");
    CHECK(eventually([&] { return descriptors() <= before; }));
    CHECK(client.get(call_of(server, "/quick")).body == "quick");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a call in flight ends in the generation that began it, which is unmapped then") {
    ServerProcess server{with("drain: {deadline: 1h}\n"), plugins};
    HttpClient old{server.port()};
    HttpClient other{server.port()};
    send_get(old, call_of(server, "/hold"));
    server.wait_for_log("holding");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("calls_2"), "calls.so");
    server.wait_for_log("gen 2 serving", mark);
    CHECK(other.get("/version").body == "2");
    CHECK(server.log().find("unmapped", mark) == std::string::npos);
    other.send("POST /release HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    CHECK(other.read_response().status == 200);
    CHECK(old.read_response().body == "held");
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("past drain.deadline a call is cancelled, and its generation unmapped") {
    ServerProcess server{with("drain: {deadline: 100ms}\n"), plugins};
    HttpClient client{server.port()};
    send_get(client, call_of(server, "/wait/60000"));
    server.wait_for_log("waiting");
    CHECK_THAT(reload(server), Catch::Contains("unmapped"));
    server.wait_for_log("call 1 ended");
    CHECK(client.read_response().status == 503);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a call ends with its caller, and with its route's timeout") {
    ServerProcess server{with("routes:\n  - {path: /call, handler: calls.call}\n"
                              "  - {path: /short, handler: calls.call, timeout: 100ms}\n"),
                         plugins};
    {
        HttpClient leaving{server.port()};
        send_get(leaving, call_of(server, "/wait/60000"));
        server.wait_for_log("waiting");
        leaving.reset();
    }
    server.wait_for_log("call 1 ended");
    HttpClient client{server.port()};
    const std::size_t mark = server.log_mark();
    CHECK(client.get("/short" + call_of(server, "/wait/60000").substr(5)).status >= 502);
    server.wait_for_log("call 1 ended", mark);
    CHECK(server.terminate() == 0);
}
