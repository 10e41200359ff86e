// WebSockets across reloads, in the access log, among the connections, and at the end of the server.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <deque>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> sockets{{test_plugin("sockets_1"), "sockets.so"}};

std::string with(const std::string& more) {
    return "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\n" + more;
}

std::string version_of(WebSocketClient& client) {
    client.send("?");
    return client.read_message();
}

}  // namespace

TEST_CASE("a socket stays with its generation, which is unmapped when the last has ended") {
    ServerProcess server{with("drain: {deadline: 1h}\n"), sockets};
    WebSocketClient first{server.port(), "/version"};
    WebSocketClient second{server.port(), "/version"};
    CHECK(version_of(first) == "1");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("sockets_2"), "sockets.so");
    server.wait_for_log("gen 2 serving", mark);
    WebSocketClient fresh{server.port(), "/version"};
    CHECK(version_of(fresh) == "2");
    CHECK(version_of(first) == "1");
    CHECK(version_of(second) == "1");
    first.send_close(1000);
    CHECK(first.read_close() == 1000);
    server.wait_for_log("version 1 ended", mark);
    CHECK(version_of(second) == "1");
    CHECK(server.log().find("unmapped", mark) == std::string::npos);
    second.connection().reset();
    server.wait_for_log("unmapped", mark);
    CHECK(version_of(fresh) == "2");
    fresh.connection().reset();  // the end of the server would wait for its farewell, here and below
    CHECK(server.terminate() == 0);
}

TEST_CASE("past drain.deadline the sockets of an old generation are told to connect anew") {
    ServerProcess server{with("drain: {deadline: 100ms}\n"), sockets};
    std::deque<WebSocketClient> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port(), "/version");
    WebSocketClient sleeper{server.port(), "/sleeps"};
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("sockets_2"), "sockets.so");
    for (WebSocketClient& client : clients) {
        CHECK(client.read_close() == 1012);
        client.send_close(1012);
        CHECK(client.connection().closed());
    }
    server.wait_for_log("version saw 1012", mark);
    CHECK(sleeper.read_close() == 1012);
    sleeper.send_close(1012);
    server.wait_for_log("the sleeper ended", mark);
    server.wait_for_log("unmapped", mark);
    WebSocketClient fresh{server.port(), "/version"};
    CHECK(version_of(fresh) == "2");
    fresh.connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that does not answer a farewell keeps no generation") {
    ServerProcess server{with("drain: {deadline: 100ms}\n"), sockets};
    WebSocketClient silent{server.port(), "/version"};
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("sockets_2"), "sockets.so");
    server.wait_for_log("version 1 ended", mark);
    server.wait_for_log("unmapped", mark);
    silent.connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("at a shutdown each client is told, and its handler ends") {
    ServerProcess server{with("shutdown: {deadline: 60s}\n"), sockets};
    WebSocketClient plain{server.port(), "/version"};
    WebSocketClient blocking{server.port(), "/blocking"};
    WebSocketClient filtered{server.port(), "/filtered?name=eve"};
    blocking.send("x");
    CHECK(blocking.read_message() == "executor x");
    server.signal(SIGTERM);
    for (WebSocketClient* client : {&plain, &blocking, &filtered}) {
        CHECK(client->read_close() == 1001);
        client->send_close(1001);
        CHECK(client->connection().closed());
    }
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Contains("version saw 1001"));
    CHECK_THAT(server.log(), Catch::Contains("blocking saw 1001"));
    CHECK_THAT(server.log(), Catch::Contains("goodbye eve"));
}

TEST_CASE("clients that do not answer, and handlers that do not end, are cut at the shutdown's deadline") {
    ServerProcess server{with("shutdown: {deadline: 300ms}\n"), sockets};
    const WebSocketClient silent{server.port(), "/version"};
    const WebSocketClient sleeper{server.port(), "/sleeps"};
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Contains("the sleeper ended"));
}

TEST_CASE("hundreds of sockets leave neither descriptors nor generations behind") {
    ServerProcess server{with("drain: {deadline: 1h}\n"), sockets};
    HttpClient warming{server.port()};  // stays, so that what it takes is counted before and after
    CHECK(warming.get("/flooded").status == 200);
    const std::size_t before = open_descriptors(server.id());
    for (int round = 0; round < 3; ++round) {
        std::deque<WebSocketClient> clients;
        for (int i = 0; i < 100; ++i) {
            clients.emplace_back(server.port(), i % 2 ? "/version" : "/echo");
            clients.back().send("x");
            clients.back().read_message();
        }
        for (std::size_t i = 0; i < clients.size(); i += 3) clients[i].connection().reset();
    }
    CHECK(eventually([&] { return open_descriptors(server.id()) <= before; }));
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("sockets_2"), "sockets.so");
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the access log has a socket at its end, with what was sent") {
    ServerProcess server{
        "listen: 127.0.0.1:0\nevent_loops: 1\naccess_log: {file: access.log, format: json}\n", sockets};
    const auto lines = [&] {
        std::vector<nlohmann::json> parsed;
        std::istringstream text{read_file(server.directory() / "access.log")};
        for (std::string line; std::getline(text, line);) parsed.push_back(nlohmann::json::parse(line));
        return parsed;
    };
    WebSocketClient client{server.port(), "/echo"};
    client.send("hello");
    CHECK(client.read_message() == "hello");
    // The loop's next line is there, and none of the open socket before it.
    CHECK(HttpClient{server.port()}.get("/flooded").status == 200);
    REQUIRE(eventually([&] { return !lines().empty(); }));
    CHECK(lines().size() == 1);
    CHECK(lines().front()["url.path"] == "/flooded");
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK(client.connection().closed());
    CHECK(server.terminate() == 0);
    const auto all = lines();
    REQUIRE(all.size() == 2);
    CHECK(all[1]["url.path"] == "/echo");
    CHECK(all[1]["http.response.status_code"] == 101);
    CHECK(all[1]["http.response.body.size"] == 7 + 4);  // "hello" and the farewell, each in a frame
    CHECK_FALSE(all[1].contains("error.type"));
}

TEST_CASE("sockets count as connections until they end") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {connections: 2}\n", sockets};
    {
        const WebSocketClient one{server.port(), "/echo"};
        const WebSocketClient two{server.port(), "/echo"};
        CHECK(HttpClient{server.port()}.read_response().status == 503);
    }
    CHECK(eventually([&] { return answers(HttpClient{server.port()}, "/flooded"); }));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that does not look at its socket is cancelled some time after that has gone") {
    ServerProcess server{with(""), sockets};
    std::size_t mark = server.log_mark();
    {
        const WebSocketClient left{server.port(), "/tidies_up"};
    }
    server.wait_for_log("the sleeper ended", mark);
    mark = server.log_mark();
    WebSocketClient farewell{server.port(), "/tidies_up"};
    farewell.send_close(1000);
    CHECK(farewell.read_close() == 1000);
    server.wait_for_log("the sleeper ended", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the time for a handshake is not that of what a blocking handler does later") {
    ServerProcess server{with("timeouts: {handler: 100ms}\n"), sockets};
    WebSocketClient client{server.port(), "/blocking"};
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    client.send("and back");
    CHECK_THAT(client.read_message(), Catch::EndsWith("and back"));
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("at the end of the server, a handler that does not look at its socket is cancelled in time") {
    ServerProcess server{with("shutdown: {deadline: 1h}\n"), sockets};
    const WebSocketClient present{server.port(), "/sleeps"};
    {
        const WebSocketClient left{server.port(), "/sleeps"};
    }
    CHECK(server.terminate() == 0);
}
