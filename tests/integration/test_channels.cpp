// Channels in the running server: over its event loops, and across reloads.
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> channels{{test_plugin("channels_1"), "channels.so"}};

std::string with(const std::string& more) {
    return "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\n" + more;
}

/// Publishes ascending numbers, one by one, on one connection.
class Publisher {
public:
    explicit Publisher(const ServerProcess& server) : client_{server.port()} {}

    /// The version that published it.
    std::string publish() {
        const HttpResponse answer = client_.post("/publish", std::to_string(++count_));
        if (answer.status != 200)
            throw std::runtime_error{"it was answered " + std::to_string(answer.status)};
        return answer.body.substr(0, 1);
    }
    int count() const noexcept { return count_; }

private:
    HttpClient client_;
    int count_ = 0;
};

WebSocketClient subscriber(const ServerProcess& server, const std::string& target,
                           const std::string& expected = "ready", int receive_buffer = 0) {
    WebSocketClient client{server.port(), target, {}, receive_buffer};
    const std::string first = client.read_message();
    if (first != expected) throw std::runtime_error{"not " + expected + ": " + first};
    return client;
}

/// Empty when the next messages are the numbers up to `last`, each once.
std::string gap(WebSocketClient& client, int first, int last) {
    for (int i = first; i <= last; ++i) {
        const std::string text = client.read_message();
        if (text != std::to_string(i)) return std::to_string(i) + " is " + text;
    }
    return {};
}

}  // namespace

TEST_CASE("subscribers of the old generation hear what the new one publishes, each message once") {
    ServerProcess server{with("drain: {deadline: 1h}\n"), channels};
    const std::string start = HttpClient{server.port()}.get("/last").body;
    std::deque<WebSocketClient> old;
    for (int i = 0; i < 6; ++i) {
        old.push_back(subscriber(server, "/joined"));
        old.push_back(subscriber(server, "/received"));
    }
    old.push_back(subscriber(server, "/threaded"));

    Publisher publisher{server};
    for (int i = 0; i < 100; ++i) CHECK(publisher.publish() == "1");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("channels_2"), "channels.so");
    while (publisher.publish() == "1") {
    }
    for (int i = 0; i < 100; ++i) CHECK(publisher.publish() == "2");
    for (WebSocketClient& client : old) CHECK(gap(client, 1, publisher.count()) == "");

    // The old generation goes, and what it published stays.
    old.clear();
    server.wait_for_log("unmapped", mark);
    WebSocketClient late = subscriber(server, "/joined?after=" + start);
    CHECK(gap(late, 1, publisher.count()) == "");
    CHECK(late.read_message() == "farewell of 1");
    late.connection().reset();  // the end of the server would wait for its farewell, here and below
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that comes back goes on where it was") {
    ServerProcess server{with(""), channels};
    Publisher publisher{server};
    for (int i = 0; i < 10; ++i) publisher.publish();
    const std::string id = HttpClient{server.port()}.get("/last").body;
    for (int i = 0; i < 10; ++i) publisher.publish();
    for (const char* target : {"/joined?after=", "/received?after=", "/threaded?after="}) {
        WebSocketClient client = subscriber(server, target + id);
        CHECK(gap(client, 11, 20) == "");
        WebSocketClient of_another_life = subscriber(server, std::string{target} + "1", "ready, missed");
        CHECK(gap(of_another_life, 1, 20) == "");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("who has left a channel hears no more of it") {
    ServerProcess server{with(""), channels};
    WebSocketClient client = subscriber(server, "/joined");
    WebSocketClient other = subscriber(server, "/joined");
    Publisher publisher{server};
    publisher.publish();
    CHECK(gap(client, 1, 1) == "");
    client.send("leave");
    CHECK(client.read_message() == "left");
    publisher.publish();
    CHECK(gap(other, 1, 2) == "");
    client.send("still there?");
    CHECK(client.read_message() == "left");
    client.connection().reset();
    other.connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that sends without pause leaves room for a channel's messages") {
    ServerProcess server{with(""), channels};
    WebSocketClient client{server.port(), "/pumping"};
    client.read_message();
    Publisher publisher{server};
    publisher.publish();
    int before = 0;
    while (client.read_message() != "1") REQUIRE(++before < 10'000);
    client.connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("clients that take nothing lose messages or are closed, and hold nobody up") {
    ServerProcess server{with(""), channels};
    WebSocketClient closed = subscriber(server, "/joined", "ready", 4096);
    WebSocketClient dropping = subscriber(server, "/joined_drop", "ready", 4096);
    WebSocketClient quick = subscriber(server, "/joined");
    HttpClient publisher{server.port()};
    const auto message = [](int i) { return std::to_string(i) + std::string(64 * 1024, '.'); };
    constexpr int count = 300;
    for (int i = 1; i <= count; ++i) {
        CHECK(publisher.post("/publish", message(i)).status == 200);
        CHECK(std::stoi(quick.read_message()) == i);
    }
    CHECK(closed.read_to_close() == 1008);
    int received = 0;
    for (int last = 0; last < count; ++received) {
        // What it has taken makes room for the next.
        if (last > 0) CHECK(publisher.post("/publish", message(count)).status == 200);
        const int next = std::stoi(dropping.read_message());
        if (last < count) CHECK(next > last);
        last = next;
    }
    CHECK(received < count);
    for (WebSocketClient* client : {&closed, &dropping, &quick}) client->connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("a thread that waits for a message is told when its generation is to end") {
    ServerProcess server{with("drain: {deadline: 100ms}\n"), channels};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/forever"));
    server.wait_for_log("waits forever");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("channels_2"), "channels.so");
    server.wait_for_log("waited until: cancelled", mark);
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}
