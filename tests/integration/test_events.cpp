// Server-sent events through the real binary, and what becomes of them when their plugin is replaced.
#include "support/decoding.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay::test;
using namespace std::chrono_literals;

namespace {

const std::vector<PluginFile> plugin{{test_plugin("events_1"), "events.so"}};

std::string get(std::string_view target, std::string_view headers = {}) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{headers} + "\r\n";
}

// Reads until the text has come.
std::string read_until(HttpClient& client, std::string_view text) {
    std::string read;
    while (read.find(text) == std::string::npos) {
        const std::string some = client.read_some();
        if (some.empty()) throw std::runtime_error{"the connection ended after: " + read};
        read += some;
    }
    return read;
}

// Takes the end of a stream that the host has ended; gives the milliseconds after which to come back.
int parting(std::string& body) {
    const std::size_t begin = body.rfind("retry: ");
    REQUIRE(begin != std::string::npos);
    REQUIRE(body.ends_with("\n\n"));
    const int time = std::stoi(body.substr(begin + 7));
    body.resize(begin);
    return time;
}

}  // namespace

TEST_CASE("events arrive one by one") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", plugin};
    HttpClient client{server.port()};
    HttpClient writer{server.port()};
    client.send(get("/news"));
    const std::string head = read_until(client, "event: hello\n\n");
    CHECK(head.starts_with("HTTP/1.1 200"));
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(head.find("X-Accel-Buffering: no\r\n") != std::string::npos);
    for (int i = 0; i < 5; ++i) {
        CHECK(writer.post("/news", "number " + std::to_string(i)).status == 204);
        const std::string event = read_until(client, "\n\n\r\n");
        CHECK(event.ends_with("\r\ndata: number " + std::to_string(i) + "\nid: " + std::to_string(i) +
                              "\n\n\r\n"));
    }
}

TEST_CASE("events arrive one by one in each coding, too") {
    ServerProcess server{
        "listen: 127.0.0.1:0\n"
        "filters: {small: {compression: {}}}\nglobal_filters: [small]\n",
        plugin};
    HttpClient writer{server.port()};
    int number = 0;
    for (const std::string coding : {"gzip", "br", "zstd"}) {
        INFO(coding);
        HttpClient client{server.port()};
        client.send(get("/news", "Accept-Encoding: " + coding + "\r\n"));
        std::string bytes = read_until(client, "\r\n\r\n");
        CHECK(bytes.find("Content-Encoding: " + coding + "\r\n") != std::string::npos);
        bytes.erase(0, bytes.find("\r\n\r\n") + 4);
        const auto wait_for = [&](const std::string& expected) {
            while (decode(coding, unchunked(bytes), false) != expected) bytes += client.read_some();
        };
        std::string expected = "data: 1\nevent: hello\n\n";
        wait_for(expected);
        for (int i = 0; i < 3; ++i, ++number) {
            CHECK(writer.post("/news", "more").status == 204);
            expected += "data: more\nid: " + std::to_string(number) + "\n\n";
            wait_for(expected);
        }
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("HEAD gives the head of an event stream alone") {
    ServerProcess server{"listen: 127.0.0.1:0\n", plugin};
    HttpClient client{server.port()};
    client.send(http_request("HEAD", "/news"));
    CHECK(client.read_response(true).header("content-type") == "text/event-stream");
    CHECK(client.get("/version").body == "1");
    CHECK(server.log().find("the event stream ended") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that comes back says what it has seen last") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", plugin};
    HttpClient writer{server.port()};
    for (const char* text : {"a", "b", "c"}) CHECK(writer.post("/news", text).status == 204);
    HttpClient client{server.port()};
    client.send(get("/news", "Last-Event-ID: 0\r\n"));
    const std::string events = read_until(client, "id: 2\n\n");
    CHECK(events.find("id: 0") == std::string::npos);
    CHECK(events.find("data: b\nid: 1\n\n") != std::string::npos);
    CHECK(events.find("data: c\nid: 2\n\n") != std::string::npos);
}

TEST_CASE("a client that leaves ends its producer, by the next heartbeat at the latest") {
    ServerProcess server{"listen: 127.0.0.1:0\n", plugin};
    {
        HttpClient client{server.port()};
        client.send(get("/beats"));
        read_until(client, ":\n\n\r\n3\r\n:\n\n");
    }
    server.wait_for_log("the event stream ended");
    for (const char* target : {"/news", "/blocking"}) {
        INFO(target);
        HttpClient client{server.port()};
        client.send(get(target));
        client.wait_for_bytes();
        const std::size_t mark = server.log_mark();
        const auto left = std::chrono::steady_clock::now();
        client.reset();
        server.wait_for_log("the event stream ended", mark);
        CHECK(std::chrono::steady_clock::now() - left < 5s);  // no heartbeat came before
    }
    CHECK(server.log().find("failed") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that takes nothing is given up, heartbeats or not") {
    ServerProcess server{"listen: 127.0.0.1:0\ntimeouts: {write: 300ms}\n", plugin};
    HttpClient client{server.port(), 4096};
    client.send(get("/flood"));
    server.wait_for_log("the event stream ended");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a stream stays with its generation, and new ones begin in the next") {
    const ServerProcess server{"listen: 127.0.0.1:0\n", plugin};
    HttpClient client{server.port()};
    client.send(get("/beats"));
    read_until(client, ":\n\n");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("events_2"), "events.so");
    server.wait_for_log("gen 2 serving", mark);
    HttpClient other{server.port()};
    CHECK(other.get("/version").body == "2");
    other.send(get("/news"));
    read_until(other, "data: 2\nevent: hello\n\n");
    for (int i = 0; i < 5; ++i) read_until(client, ":\n\n");
    CHECK(server.log().find("the event stream ended") == std::string::npos);
}

TEST_CASE("past drain.deadline a stream ends well, with the time after which to come back") {
    ServerProcess server{
        "listen: 127.0.0.1:0\ndrain: {deadline: 100ms}\n"
        "filters: {small: {compression: {}}}\nglobal_filters: [small]\n",
        plugin};
    const char* const kinds[]{"/news", "/beats", "/blocking", "/flood", "/news"};
    std::vector<HttpClient> clients;
    for (const char* target : kinds) {
        clients.emplace_back(server.port());
        clients.back().send(get(target, clients.size() == 5 ? "Accept-Encoding: gzip\r\n" : ""));
        clients.back().wait_for_bytes();
    }
    HttpClient failing{server.port()};
    failing.send(get("/fails"));
    failing.wait_for_bytes();
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("events_2"), "events.so");
    for (HttpClient& client : clients) {
        HttpResponse answer = client.read_response();
        CAPTURE(answer.headers);
        std::string body = answer.body;
        if (const std::string coding = answer.header("content-encoding"); !coding.empty())
            body = decode(coding, body);
        const int time = parting(body);
        CHECK(time >= 1'000);
        CHECK(time <= 5'000);
        CHECK_FALSE(body.empty());
        CHECK(body.ends_with("\n\n"));
        CHECK(client.get("/version").body == "2");  // the connection goes on
    }
    CHECK_THROWS(failing.read_response());
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("when the server stops, streams end at once, as well") {
    for (const char* target : {"/news", "/beats", "/blocking"}) {
        INFO(target);
        ServerProcess server{"listen: 127.0.0.1:0\nshutdown: {deadline: 1h}\n", plugin};
        {
            HttpClient client{server.port()};
            client.send(get(target));
            client.wait_for_bytes();
            server.signal(SIGTERM);
            std::string body = client.read_response().body;
            CHECK(parting(body) >= 1'000);
            CHECK(client.closed());
        }
        CHECK(server.wait() == 0);
        CHECK(server.log().find("cut") == std::string::npos);
    }
}
