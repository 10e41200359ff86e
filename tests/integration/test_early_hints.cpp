// Informational responses before the answer, through the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("hints"), "hints.so"}};

void check_hints(const HttpResponse& response) {
    CHECK(response.status == 103);
    CHECK(response.header("link") == "</site.css>; rel=preload; as=style");
    CHECK(response.header("x-round") == "1");
    CHECK(response.header("content-length").empty());
}

}  // namespace

TEST_CASE("a client has the early hints while the handler still works") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", plugins};
    HttpClient other{server.port()};
    for (int i = 0; i < 6; ++i) {
        for (const std::string path : {"/held", "/blocking"}) {
            INFO(path);
            HttpClient client{server.port()};
            client.send(http_request("GET", path));
            check_hints(client.read_response());
            CHECK_FALSE(client.has_bytes());
            CHECK(other.post("/release", "x").status == 204);
            const HttpResponse answer = client.read_response();
            CHECK(answer.status == 200);
            CHECK(answer.body == path.substr(1));
            CHECK(answer.header("link").empty());
        }
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("early hints stand between the answers that they belong to") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", plugins};
    for (int i = 0; i < 6; ++i) {
        HttpClient client{server.port()};
        client.send(http_request("GET", "/quick") + http_request("GET", "/twice") +
                    http_request("HEAD", "/twice") + http_request("GET", "/filtered"));
        CHECK(client.read_response().body == "quick");
        check_hints(client.read_response());
        CHECK(client.read_response().header("x-round") == "2");
        CHECK(client.read_response().body == "twice");
        check_hints(client.read_response());
        CHECK(client.read_response().header("x-round") == "2");
        CHECK(client.read_response(true).header("content-length") == "5");
        check_hints(client.read_response());
        CHECK(client.read_response().body == "quick");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("no early hints for HTTP/1.0, inside a stream, or of what is the host's to say") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", plugins};
    HttpClient old{server.port()};
    old.send("GET /twice HTTP/1.0\r\n\r\n");
    CHECK(old.read_response().body == "twice");
    CHECK(old.closed());
    HttpClient client{server.port()};
    for (const bool head : {false, true}) {
        client.send(http_request(head ? "HEAD" : "GET", "/stream"));
        check_hints(client.read_response());
        CHECK(client.read_response(head).body == (head ? "" : "begun ended"));
    }
    CHECK(client.get("/wrong").status == 500);
    server.wait_for_log("the header Content-Length is written by the host");
    CHECK(client.get("/quick").body == "quick");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a listener may have early hints off, and on again by a reload") {
    ServerProcess server{"listen: [127.0.0.1:0, {address: unix:x.sock, early_hints: false}]\n", plugins};
    HttpClient without{server.directory() / "x.sock"};
    CHECK(without.get("/twice").body == "twice");
    HttpClient with{server.port()};
    CHECK(with.get("/twice").status == 103);
    server.reconfigure("listen: [127.0.0.1:0, unix:x.sock]\n");
    CHECK(server.wait_for_log("configuration taken").ends_with("configuration taken"));
    CHECK(without.get("/twice").status == 103);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that leaves after the early hints leaves nothing behind") {
    ServerProcess server{"listen: 127.0.0.1:0\n", plugins};
    {
        HttpClient client{server.port()};
        client.send(http_request("GET", "/held"));
        check_hints(client.read_response());
        client.reset();
    }
    HttpClient other{server.port()};
    CHECK(other.post("/release", "x").status == 204);
    CHECK(other.get("/quick").body == "quick");
    CHECK(server.terminate() == 0);
}
