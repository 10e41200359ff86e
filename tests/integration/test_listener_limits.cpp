// Listeners with limits and timeouts of their own, beside others that have those of the whole server.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("who"), "who.so"}};

std::string with_fields(int count) {
    std::string request = "GET /who HTTP/1.1\r\nHost: test\r\n";
    for (int i = 1; i < count; ++i) request += "X-" + std::to_string(i) + ": 1\r\n";
    return request + "\r\n";
}

int status_of(HttpClient client, const std::string& request) {
    client.send(request);
    return client.read_response().status;
}

/// The port of the second listener that is ready.
std::uint16_t second_port(const ServerProcess& server) {
    const std::string ready = "listening on http://127.0.0.1:";
    const std::size_t first = server.log().find(ready);
    const std::string line = server.wait_for_log(ready, first + ready.size());
    return static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
}

}  // namespace

TEST_CASE("the limits of a head are its listener's, and change at a reload") {
    ServerProcess server{R"(
listen:
  - 127.0.0.1:0
  - {address: unix:x.sock, limits: {header_fields: 5, target: 300B, header_bytes: 1KiB}}
limits: {header_fields: 20}
)",
                         plugins};
    const auto tcp = [&] { return HttpClient{server.port()}; };
    const auto local = [&] { return HttpClient{server.directory() / "x.sock"}; };
    const std::string long_target = "GET /who?" + std::string(400, 'q') + " HTTP/1.1\r\nHost: test\r\n\r\n";
    const std::string long_head =
        "GET /who HTTP/1.1\r\nHost: test\r\nX-Y: " + std::string(2000, 'y') + "\r\n\r\n";
    CHECK(status_of(tcp(), with_fields(10)) == 200);
    CHECK(status_of(tcp(), with_fields(21)) == 431);
    CHECK(status_of(tcp(), long_target) == 200);
    CHECK(status_of(tcp(), long_head) == 200);
    CHECK(status_of(local(), with_fields(5)) == 200);
    CHECK(status_of(local(), with_fields(10)) == 431);
    CHECK(status_of(local(), long_target) == 414);
    CHECK(status_of(local(), long_head) == 431);
    // What is open already is held to the new ones.
    HttpClient open_tcp = tcp();
    HttpClient open_local = local();
    CHECK(open_tcp.get("/who").status == 200);
    CHECK(open_local.get("/who").status == 200);
    server.reconfigure(R"(
listen:
  - {address: unix:x.sock, limits: {header_fields: 30}}
  - {address: 127.0.0.1:0, limits: {header_fields: 8}}
)");
    CHECK(server.wait_for_log("configuration taken").ends_with("changes of listen wait for a restart"));
    open_local.send(with_fields(29));
    CHECK(open_local.read_response().status == 200);
    open_tcp.send(with_fields(9));
    CHECK(open_tcp.read_response().status == 431);
    CHECK(status_of(local(), long_target) == 200);
    // Without one of its own it has that of all again, and needs no restart for it.
    const std::size_t mark = server.log_mark();
    server.reconfigure("listen: [127.0.0.1:0, unix:x.sock]\nlimits: {header_fields: 20}\n");
    CHECK(server.wait_for_log("configuration taken", mark).ends_with("configuration taken"));
    open_local.send(with_fields(29));
    CHECK(open_local.read_response().status == 431);
    CHECK(status_of(tcp(), with_fields(20)) == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a listener counts its connections, and its requests, by itself") {
    ServerProcess server{R"(
listen:
  - 127.0.0.1:0
  - {address: unix:x.sock, limits: {connections: 2, requests_per_connection: 2}}
event_loops: 2
limits: {connections: 4}
)",
                         plugins};
    const auto local = [&] { return std::make_unique<HttpClient>(server.directory() / "x.sock"); };
    auto first = local();
    auto second = local();
    CHECK(first->get("/who").header("connection").empty());
    CHECK(second->get("/who").status == 200);
    CHECK(local()->read_response().status == 503);
    // There is room for the others, as far as all together may have it.
    HttpClient tcp{server.port()};
    for (int i = 0; i < 3; ++i) CHECK(tcp.get("/who").header("connection").empty());
    HttpClient fourth{server.port()};
    CHECK(fourth.get("/who").status == 200);
    CHECK(HttpClient{server.port()}.read_response().status == 503);
    CHECK(first->get("/who").header("connection") == "close");
    CHECK(first->closed());
    first.reset();
    second.reset();
    CHECK(eventually([&] { return answers(HttpClient{server.directory() / "x.sock"}, "/who"); }));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a listener's limit by address counts its own connections only") {
    ServerProcess server{R"(
listen: [{address: 127.0.0.1:0, limits: {connections_per_address: 1}}, 127.0.0.1:0]
limits: {connections_per_address: 2}
)",
                         plugins};
    const std::uint16_t other = second_port(server);
    HttpClient own{server.port()};
    CHECK(own.get("/who").status == 200);
    CHECK(HttpClient{server.port()}.read_response().status == 503);
    HttpClient first{other};
    HttpClient second{other};
    CHECK(first.get("/who").status == 200);
    CHECK(second.get("/who").status == 200);
    CHECK(HttpClient{other}.read_response().status == 503);
    // What was counted before a reload leaves where it was counted.
    server.reconfigure(
        "listen: [127.0.0.1:0, {address: 127.0.0.1:0, limits: {connections_per_address: 1}}]\n");
    server.wait_for_log("configuration taken");
    first.reset();
    second.reset();
    CHECK(eventually([&] { return answers(HttpClient{other}, "/who"); }));
    CHECK(own.get("/who").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a listener has timeouts of its own") {
    ServerProcess server{R"(
listen:
  - 127.0.0.1:0
  - {address: unix:header.sock, timeouts: {header: 200ms}}
  - {address: unix:idle.sock, timeouts: {idle: 200ms}}
timeouts: {header: 60s, idle: 60s}
)",
                         plugins};
    const auto begun = [](HttpClient client) {
        client.send("GET /who HT");
        return client;
    };
    const auto idle = [](HttpClient client) {
        CHECK(client.get("/who").status == 200);
        return client;
    };
    const auto on = [&](const char* socket) { return HttpClient{server.directory() / socket}; };
    std::array slow{begun(HttpClient{server.port()}), begun(on("idle.sock"))};
    std::array still{idle(HttpClient{server.port()}), idle(on("header.sock"))};
    CHECK(begun(on("header.sock")).read_response().status == 408);
    CHECK(idle(on("idle.sock")).closed());
    for (HttpClient& client : slow) {
        client.send("TP/1.1\r\nHost: test\r\n\r\n");
        CHECK(client.read_response().status == 200);
    }
    for (HttpClient& client : still) CHECK(client.get("/who").status == 200);
    CHECK(server.terminate() == 0);
}
