// Paths of handlers by their names, as the configuration binds them.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("urls"), "urls.so"}, {test_plugin("who"), "who.so"}};

}  // namespace

TEST_CASE("a handler finds the paths under which handlers are served") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", plugins};
    HttpClient client{server.port()};
    CHECK(client.get("/links").body ==
          "/show/42\n/files/a%20b/c%3F.txt\n/users/Zo%C3%AB%2Fx\n/users\n/who\n");
    CHECK(client.get("/files/a%20b/c%3F.txt").body == "/files/a b/c?.txt");
    CHECK(client.get("/moved/Ada%20L").header("location") == "/users/Ada%20L");
    const std::size_t mark = server.log_mark();
    server.reconfigure(R"(
listen: 127.0.0.1:0
event_loops: 2
routes:
  - {handler: urls.show, path: "/a%20b/{id}/x"}
  - {handler: who.who, enabled: false}
groups:
  - {prefix: /v1, routes: [{handler: urls.file}]}
)");
    server.wait_for_log("configuration taken", mark);
    CHECK(client.get("/links").body ==
          "/a%20b/42/x\n/v1/files/a%20b/c%3F.txt\n/users/Zo%C3%AB%2Fx\n/users\n"
          "patchbay: no handler 'who.who' is served\n");
    CHECK(client.get("/a%20b/42/x").body == "/a b/42/x");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a request finds paths by the routes that it was matched by") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", plugins};
    HttpClient waiting{server.port()};
    waiting.send(http_request("GET", "/wait"));
    server.wait_for_log("waiting");
    const std::size_t mark = server.log_mark();
    server.reconfigure(
        "listen: 127.0.0.1:0\nevent_loops: 2\nroutes: [{handler: urls.show, path: '/new/{id}'}]\n");
    server.wait_for_log("configuration taken", mark);
    HttpClient client{server.port()};
    CHECK(client.post("/release", "x").status == 204);
    CHECK(waiting.read_response().body == "/show/1");
    CHECK(waiting.get("/wait").body == "/new/1");
    CHECK(server.terminate() == 0);
}

// Its exchange serves others meanwhile, and its routes are gone.
TEST_CASE("a WebSocket finds paths by the routes that it was matched by, and sends no hints any more") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", plugins};
    WebSocketClient socket{server.port(), "/talk"};
    socket.send("1");
    CHECK(socket.read_message() == "/show/1");
    HttpClient client{server.port()};
    client.send(http_request("GET", "/wait"));
    server.wait_for_log("waiting");
    for (const std::string path : {"/new", "/newer"}) {
        const std::size_t mark = server.log_mark();
        server.reconfigure("listen: 127.0.0.1:0\nevent_loops: 1\nroutes: [{handler: urls.show, path: '" +
                           path + "/{id}'}]\n");
        server.wait_for_log("configuration taken", mark);
        socket.send("2");
        CHECK(socket.read_message() == "/show/2");
    }
    HttpClient other{server.port()};
    CHECK(other.post("/release", "x").status == 204);
    CHECK(client.read_response().status == 200);  // and no 103 of somebody else's before it
    socket.send_close(1000);
    CHECK(socket.read_close() == 1000);
    CHECK(server.terminate() == 0);
}
