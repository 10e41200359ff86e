// Requests and answers: what a decent client sees.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> contract{{PATCHBAY_CONTRACT, "contract.so"}};

}  // namespace

TEST_CASE("a connection is kept for many requests") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    HttpClient client{server.port()};
    for (int i = 0; i < 50; ++i) {
        const HttpResponse answer = client.get("/users/" + std::to_string(i));
        REQUIRE(answer.status == 200);
        REQUIRE(answer.body == std::to_string(i));
        REQUIRE(answer.header("connection").empty());
        REQUIRE(answer.header("date").size() == 29);
    }
    CHECK(client.get("/").body == "Hello, World!");
    CHECK(client.get("/inline").body == "Hello, World!");
    CHECK(client.get("/blocking").body == "ok");
    CHECK(client.get("/await").body == "ok");
    const HttpResponse json = client.get("/json");
    CHECK(json.body == R"({"message":"Hello, World!"})");
    CHECK(json.header("content-type") == "application/json");
    CHECK(server.terminate() == 0);
}

TEST_CASE("pipelined requests of every kind are answered in order") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", contract};
    HttpClient client{server.port()};
    std::string requests;
    std::vector<std::string> expected;
    const auto add = [&](const std::string& target, const std::string& body) {
        requests += http_request("GET", target);
        expected.push_back(body);
    };
    for (int i = 0; i < 10; ++i) {
        add("/users/" + std::to_string(i), std::to_string(i));
        add("/await", "ok");
        add("/inline", "Hello, World!");
        add("/blocking", "ok");
        add("/users/after", "after");
        requests += http_request("POST", "/echo", "body " + std::to_string(i));
        expected.push_back("body " + std::to_string(i));
    }
    client.send(requests);
    for (const std::string& body : expected) {
        const HttpResponse answer = client.read_response();
        REQUIRE(answer.status == 200);
        REQUIRE(answer.body == body);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a thousand requests in one go are answered") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    HttpClient client{server.port()};
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += http_request("GET", "/users/" + std::to_string(i));
    client.send(requests);
    for (int i = 0; i < 1000; ++i) REQUIRE(client.read_response().body == std::to_string(i));
    CHECK(server.terminate() == 0);
}

TEST_CASE("connections whose requests wait for the loop together each get their own answers") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n",
                         {{PATCHBAY_CONTRACT, "contract.so"}, {test_plugin("slow"), "slow.so"}}};
    HttpClient holder{server.port()};
    std::vector<HttpClient> clients;
    for (int i = 0; i < 42; ++i) {
        clients.emplace_back(server.port());
        REQUIRE(clients.back().get("/quick").status == 200);
    }
    holder.send(http_request("GET", "/freeze/300"));
    const std::string body(7000, 'b');
    const auto name = [](int client, int request) {
        return std::to_string(client) + "-" + std::to_string(request);
    };
    for (int i = 0; i < 42; ++i) {
        std::string requests = http_request("GET", "/users/" + name(i, 0));
        switch (i % 7) {
            case 0:
                break;
            case 1:  // more than are answered in one go
                for (int k = 1; k < 50; ++k) requests += http_request("GET", "/users/" + name(i, k));
                break;
            case 2:
                requests += "GET /inline HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
                break;
            case 3:
                requests += http_request("GET", "/await") + http_request("GET", "/blocking");
                break;
            case 4:
                requests += "GET /users/late HTTP/1.1\r\nHo";
                break;
            case 5:  // more than is sent in one go
                for (int k = 0; k < 12; ++k) requests += http_request("POST", "/echo", body);
                break;
            case 6:
                requests += websocket_handshake("/ws");
                break;
        }
        clients[static_cast<std::size_t>(i)].send(requests);
    }
    CHECK(holder.read_response().body == "froze");
    for (int i = 0; i < 42; ++i) {
        HttpClient& client = clients[static_cast<std::size_t>(i)];
        REQUIRE(client.read_response().body == name(i, 0));
        switch (i % 7) {
            case 0:
                CHECK(client.get("/users/again").body == "again");
                break;
            case 1:
                for (int k = 1; k < 50; ++k) REQUIRE(client.read_response().body == name(i, k));
                break;
            case 2:
                CHECK(client.read_response().body == "Hello, World!");
                CHECK(client.closed());
                break;
            case 3:
                CHECK(client.read_response().status == 200);
                CHECK(client.read_response().status == 200);
                break;
            case 4:
                client.send("st: a\r\n\r\n");
                CHECK(client.read_response().body == "late");
                break;
            case 5:
                for (int k = 0; k < 12; ++k) REQUIRE(client.read_response().body == body);
                break;
            case 6:
                CHECK(client.read_response().status == 101);
                break;
        }
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("HEAD, OPTIONS, and what is not there") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    HttpClient client{server.port()};

    client.send(http_request("HEAD", "/json"));
    const HttpResponse head = client.read_response(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") ==
          std::to_string(std::string{R"({"message":"Hello, World!"})"}.size()));

    const HttpResponse missing = client.get("/nowhere");
    CHECK(missing.status == 404);
    CHECK(missing.header("content-type") == "application/problem+json");
    client.send(http_request("HEAD", "/nowhere"));
    CHECK(client.read_response(true).status == 404);

    const HttpResponse wrong_method = client.post("/getonly", "x");
    CHECK(wrong_method.status == 405);
    CHECK(wrong_method.header("allow") == "GET, HEAD, OPTIONS");

    client.send(http_request("OPTIONS", "/getonly"));
    const HttpResponse options = client.read_response();
    CHECK(options.status == 204);
    CHECK(options.header("allow") == "GET, HEAD, OPTIONS");
    client.send(http_request("OPTIONS", "*"));
    CHECK(client.read_response().status == 204);

    client.send(http_request("BREW", "/"));
    CHECK(client.read_response().status == 501);
    CHECK(client.get("/").status == 200);  // on the same connection, after all of this
    CHECK(server.terminate() == 0);
}

TEST_CASE("Connection: close and HTTP/1.0 end the connection after the answer") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    {
        HttpClient client{server.port()};
        client.send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" +
                    http_request("GET", "/json"));
        const HttpResponse answer = client.read_response();
        CHECK(answer.status == 200);
        CHECK(answer.header("connection") == "close");
        CHECK(client.closed());
    }
    {
        HttpClient client{server.port()};
        client.send("GET /blocking HTTP/1.0\r\n\r\n");
        CHECK(client.read_response().body == "ok");
        CHECK(client.closed());
    }
    {
        HttpClient client{server.port()};
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(client.read_response().header("connection") == "keep-alive");
        CHECK(client.get("/").status == 200);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that has finished sending still gets its answers") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/await") + http_request("GET", "/blocking") +
                http_request("GET", "/users/last"));
    client.finish_sending();
    CHECK(client.read_final_response().body == "ok");
    CHECK(client.read_final_response().body == "ok");
    CHECK(client.read_final_response().body == "last");
    CHECK(client.closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("each wait for a client has its limit") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
timeouts:
  header: 200ms
  body: 200ms
  idle: 300ms
)",
                         contract};
    SECTION("a header that never ends is answered 408") {
        HttpClient client{server.port()};
        client.send("GET / HTTP/1.1\r\nHo");
        CHECK(client.read_response().status == 408);
        CHECK(client.closed());
    }
    SECTION("a body that never ends is answered 408") {
        HttpClient client{server.port()};
        client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n123");
        CHECK(client.read_response().status == 408);
        CHECK(client.closed());
    }
    SECTION("an idle connection is closed without a word") {
        HttpClient client{server.port()};
        CHECK(client.get("/").status == 200);
        CHECK(client.closed());
    }
    SECTION("one that has never said anything, too") {
        HttpClient client{server.port()};
        CHECK(client.closed());
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that takes too long is answered 504, and cancelled") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
routes:
  - {handler: slow.wait, timeout: 200ms}
)",
                         {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    CHECK(client.get("/wait/600000").status == 504);
    CHECK(client.closed());
    CHECK(server.terminate() == 0);  // far before the handler's ten minutes
}
