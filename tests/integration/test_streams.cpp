// Streamed bodies through the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

using namespace patchbay::test;
using namespace std::chrono_literals;

namespace {

const std::vector<PluginFile> streams{{test_plugin("streams"), "streams.so"}};

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST_CASE("a body is produced by a coroutine or a function, whatever kind of handler returned it") {
    const ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", streams};
    HttpClient client{server.port()};
    for (const char* kind :
         {"async", "async_blocking", "inline", "inline_blocking", "blocking", "blocking_async"}) {
        INFO(kind);
        for (const int count : {0, 1, 3, 30'000}) {
            const HttpResponse answer = client.get(std::string{"/"} + kind + "/" + std::to_string(count));
            CHECK(answer.status == 200);
            CHECK(answer.header("transfer-encoding") == "chunked");
            CHECK(answer.header("content-length").empty());
            CHECK((answer.body == lines(count)));
        }
    }
}

TEST_CASE("streams and other answers are pipelined in order") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/ticks/2") + http_request("GET", "/async/2") +
                http_request("GET", "/none") + http_request("GET", "/blocking/1"));
    CHECK(client.read_response().body == lines(2));
    CHECK(client.read_response().body == lines(2));
    CHECK(client.read_response().status == 404);
    CHECK(client.read_response().body == lines(1));
}

TEST_CASE("HEAD gives the head of a stream alone") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    HttpClient client{server.port()};
    for (const char* path : {"/async/5", "/inline/5", "/blocking/5", "/endless"}) {
        INFO(path);
        client.send(http_request("HEAD", path));
        const HttpResponse answer = client.read_response(true);
        CHECK(answer.status == 200);
        CHECK(answer.header("transfer-encoding") == "chunked");
        CHECK(answer.header("content-length").empty());
    }
    CHECK(client.get("/async/1").body == lines(1));
}

TEST_CASE("to HTTP/1.0 the end of the connection is the end of the body") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    HttpClient client{server.port()};
    client.send("GET /async/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const HttpResponse answer = client.read_response();
    CHECK(answer.header("transfer-encoding").empty());
    CHECK(answer.header("connection") == "close");
    CHECK(answer.body == lines(2));
}

TEST_CASE("a producer that fails ends the connection without a clean end") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    for (const char* path : {"/fails/3", "/fails_blocking/3", "/fails/0", "/fails/20000"}) {
        INFO(path);
        HttpClient client{server.port()};
        client.send(http_request("GET", path));
        CHECK_THROWS(client.read_response());
    }
    server.wait_for_log("handler fails failed: no more lines");
    CHECK(HttpClient{server.port()}.get("/async/1").body == lines(1));
}

TEST_CASE("a client that takes nothing holds the producer back, and one that leaves ends it") {
    ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    HttpClient watcher{server.port()};
    const auto written = [&] { return std::stoull(watcher.get("/written").body); };
    for (const std::string kind : {"endless", "endless_blocking"}) {
        INFO(kind);
        const std::size_t mark = server.log_mark();
        {
            HttpClient client{server.port(), 4096};
            client.send(http_request("GET", "/" + kind));
            client.wait_for_bytes();
            CHECK(stands_still(written, 60'000'000));
        }
        server.wait_for_log(
            kind == "endless" ? "the endless stream ended" : "the endless blocking stream ended", mark);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a stream that waits is cancelled with its generation, and its client sees no clean end") {
    ServerProcess server{"listen: 127.0.0.1:0\ndrain: {deadline: 100ms}\n", streams};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/idle"));
    client.wait_for_bytes();
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("streams"), "streams.so");
    server.wait_for_log("the idle stream ended", mark);
    server.wait_for_log("unmapped", mark);
    CHECK_THROWS(client.read_response());
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that was asked to stop begins no stream") {
    ServerProcess server{"listen: 127.0.0.1:0\nplugins: {settle: 30ms}\ndrain: {deadline: 50ms}\n", streams};
    HttpClient client{server.port()};
    const std::size_t mark = server.log_mark();
    client.send(http_request("GET", "/late"));
    server.wait_for_log("late has begun", mark);
    server.overwrite(test_plugin("streams"), "streams.so");
    CHECK(client.read_response().status == 503);
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a status without a body ends with its head, also where a stream was given") {
    ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    for (const int status : {204, 205, 304}) {
        INFO(status);
        HttpClient client{server.port()};
        client.send(http_request("GET", "/bodiless/" + std::to_string(status)) +
                    http_request("GET", "/block/5"));
        const HttpResponse answer = client.read_response(true);
        CHECK(answer.status == status);
        CHECK(answer.header("transfer-encoding").empty());
        CHECK(answer.header("content-length") == (status == 205 ? "0" : ""));
        CHECK(client.read_response().body == "bbbbb");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a stream that begins behind an answer the client does not take stays on its connection") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", streams};
    HttpClient slow{server.port(), 4096};
    constexpr int pairs = 100;
    std::string requests;
    for (int i = 0; i < pairs; ++i)
        requests += http_request("GET", "/block/60000") + http_request("GET", "/ticks/1");
    slow.send(requests);
    slow.wait_for_bytes();
    HttpClient other{server.port()};
    for (int i = 0; i < 200; ++i) {
        const HttpResponse answer = other.get("/block/7");
        CHECK(answer.header("transfer-encoding").empty());
        CHECK(answer.body == "bbbbbbb");
    }
    for (int i = 0; i < pairs; ++i) {
        CHECK(slow.read_response().body.size() == 60'000);
        CHECK(slow.read_response().body == lines(1));
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("what is produced while its client catches up, unseen by the loop, is sent") {
    ServerProcess server{"listen: [127.0.0.1:0, unix:x.sock]\nevent_loops: 1\ntimeouts: {idle: 1h}\n",
                         streams};
    HttpClient client{server.directory() / "x.sock"};  // whose buffers are small, and stay so
    client.send(http_request("GET", "/pieces"));
    server.wait_for_log("the large piece is on its way");
    HttpClient holding{server.port()};
    holding.send(http_request("GET", "/hold_loop"));
    server.wait_for_log("the loop is held");
    std::string text;
    while (text.find("more") == std::string::npos) {
        const std::string some = client.read_some();
        REQUIRE(!some.empty());
        text += some;
    }
    CHECK(holding.read_response().body == "held");
    CHECK(holding.get("/end").body == "ended");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin is replaced while its streams run, and they end as they began") {
    ServerProcess server{"listen: 127.0.0.1:0\n", streams};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/ticks/20"));
    client.wait_for_bytes();
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("streams"), "streams.so");
    server.wait_for_log("gen 2 serving", mark);
    CHECK(client.read_response().body == lines(20));
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("an endless stream does not outlive its generation's deadline, nor the server's") {
    ServerProcess server{"listen: 127.0.0.1:0\ndrain: {deadline: 100ms}\nshutdown: {deadline: 200ms}\n",
                         streams};
    HttpClient client{server.port(), 4096};
    client.send(http_request("GET", "/endless"));
    client.wait_for_bytes();
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("streams"), "streams.so");
    server.wait_for_log("unmapped", mark);
    CHECK_THROWS(client.read_response());
    HttpClient second{server.port(), 4096};
    second.send(http_request("GET", "/endless_blocking"));
    second.wait_for_bytes();
    CHECK(server.terminate() == 0);
}
