// WebSockets through the real binary: the handshake, messages, farewells.
#include "support/client_frame.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> sockets{{test_plugin("sockets_1"), "sockets.so"}};
const std::string two_loops = "listen: 127.0.0.1:0\nevent_loops: 2\n";

HttpResponse answer_to(std::uint16_t port, const std::string& request) {
    HttpClient client{port};
    client.send(request);
    return client.read_response();
}

}  // namespace

TEST_CASE("messages are echoed, whatever their kind, size and pieces") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/echo"};
    CHECK(client.handshake().header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(client.handshake().header("upgrade") == "websocket");
    for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 8'000u, 65'535u, 65'536u, 100'000u}) {
        INFO(size);
        client.send(std::string(size, 's'));
        const Frame frame = client.read();
        CHECK(frame.opcode == 1);
        CHECK((frame.payload == std::string(size, 's')));
    }
    client.send("\xff\x00", 2);
    CHECK(client.read().opcode == 2);
    client.send("one ", 1, false);
    client.send("ping", 9);
    client.send("two", 0, true);
    const Frame pong = client.read();
    CHECK(pong.opcode == 10);
    CHECK(pong.payload == "ping");
    CHECK(client.read_message() == "one two");
    client.send_close(1000, "thanks");
    CHECK(client.read_close() == 1000);
    CHECK(client.connection().closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("many messages that come at once are answered in order") {
    ServerProcess server{two_loops, sockets};
    HttpClient client{server.port()};
    std::string bytes = websocket_handshake("/echo");
    for (int i = 0; i < 2'000; ++i) bytes += text_frame(std::to_string(i));
    client.send(bytes);
    CHECK(client.read_response(true).status == 101);
    std::string expected;
    for (int i = 0; i < 2'000; ++i) {
        const std::string text = std::to_string(i);
        expected += static_cast<char>(0x81);
        expected += static_cast<char>(text.size());
        expected += text;
    }
    std::string received;
    while (received.size() < expected.size()) {
        const std::string some = client.read_some();
        REQUIRE(!some.empty());
        received += some;
    }
    CHECK((received == expected));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a request that is no handshake, or comes from a foreign page, is refused with the reason") {
    ServerProcess server{two_loops, sockets};
    const auto port = server.port();
    const HttpResponse plain = answer_to(port, http_request("GET", "/echo"));
    CHECK(plain.status == 426);
    CHECK(plain.header("upgrade") == "websocket");
    CHECK(plain.header("connection") == "Upgrade");
    CHECK(plain.header("sec-websocket-version") == "13");
    CHECK(plain.header("content-type") == "application/problem+json");
    CHECK(answer_to(port, http_request("POST", "/echo", "x")).status == 405);

    CHECK(answer_to(port, websocket_handshake("/echo", "Origin: https://evil.example\r\n")).status == 403);
    CHECK(answer_to(port, websocket_handshake("/echo", "Origin: null\r\n")).status == 403);
    CHECK(answer_to(port, websocket_handshake("/origins", "Origin: http://friend.example\r\n")).status ==
          403);
    CHECK(WebSocketClient{port, "/echo", "Origin: http://test\r\n"}.handshake().status == 101);
    CHECK(WebSocketClient{port, "/echo", "Origin: https://test:443\r\n"}.handshake().status == 101);
    CHECK(WebSocketClient{port, "/origins", "Origin: https://friend.example\r\n"}.handshake().status == 101);
    CHECK(WebSocketClient{port, "/everybody", "Origin: null\r\n"}.handshake().status == 101);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a refused handshake leaves the connection to other requests") {
    ServerProcess server{two_loops, sockets};
    HttpClient client{server.port()};
    client.send(websocket_handshake("/refuse") + http_request("GET", "/flooded"));
    const HttpResponse refused = client.read_response();
    CHECK(refused.status == 403);
    CHECK_THAT(refused.body, Catch::Contains("Not you."));
    CHECK(client.read_response().body == "0");
    client.send(websocket_handshake("/fails_early"));
    CHECK(client.read_response().status == 500);
    server.wait_for_log("handler fails_early failed: too early");
    client.send(websocket_handshake("/echo"));
    CHECK(client.read_response(true).status == 101);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the handshake has the handler's headers, its cookies and the agreed subprotocol") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/greet/w%20orld", "User-Agent: tester\r\n"};
    CHECK(client.handshake().header("x-greeting") == "w orld");
    CHECK_THAT(client.handshake().header("set-cookie"), Catch::StartsWith("seen=yes"));
    CHECK(client.read_message() == "hello w orld of tester");
    const WebSocketClient agreed{server.port(), "/echo", "Sec-WebSocket-Protocol: x, a, b\r\n"};
    CHECK(agreed.handshake().header("sec-websocket-protocol") == "a");
    const WebSocketClient none{server.port(), "/echo", "Sec-WebSocket-Protocol: x\r\n"};
    CHECK(none.handshake().header("sec-websocket-protocol").empty());
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler parts as it likes: with a code, by an exception, by its end") {
    ServerProcess server{two_loops, sockets};
    {
        WebSocketClient client{server.port(), "/parts"};
        client.send("go");
        CHECK(client.read_close() == 4001);
        CHECK(client.reason() == "bye");
        client.send_close(4001);
        CHECK(client.connection().closed());
    }
    {
        WebSocketClient client{server.port(), "/parts"};
        client.send("stay");
        CHECK(client.read_close() == 1001);
        server.wait_for_log("parts: closed");
    }
    {
        WebSocketClient client{server.port(), "/fails"};
        client.send("x");
        CHECK(client.read_close() == 1011);
        server.wait_for_log("handler fails failed: lost my mind · WebSocket /fails");
    }
    {
        WebSocketClient client{server.port(), "/parts"};
        client.send("\x01", 2);
        CHECK(client.read_close() == 1003);
    }
    {
        WebSocketClient client{server.port(), "/returns"};
        CHECK(client.read_close() == 1000);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that breaks the rules is told which, and its handler sees the code") {
    ServerProcess server{two_loops, sockets};
    const std::map<std::string, std::string> broken{{"1002", std::string{"\x81\x01x", 3}},  // not masked
                                                    {"1007", text_frame("\xc3\x28")},       // not UTF-8
                                                    {"1009", text_frame(std::string(1'100'000, 'x'))}};
    for (const auto& [code, bytes] : broken) {
        INFO(code);
        const std::size_t mark = server.log_mark();
        WebSocketClient client{server.port(), "/code"};
        client.connection().send_until_full(bytes);
        CHECK(std::to_string(client.read_close()) == code);
        server.wait_for_log("closed by " + code, mark);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler learns how its client left") {
    ServerProcess server{two_loops, sockets};
    {
        WebSocketClient client{server.port(), "/code"};
        client.send_close(4321, "enough");
        CHECK(client.read_close() == 4321);
        server.wait_for_log("closed by 4321 enough");
    }
    {
        WebSocketClient client{server.port(), "/code"};
        client.send({}, 8);
        CHECK(client.read_close() == 1005);
        server.wait_for_log("closed by 1005");
    }
    {
        WebSocketClient client{server.port(), "/code"};
        client.connection().reset();
    }
    server.wait_for_log("closed by 1006");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that takes nothing holds its handler back, and is closed in the end") {
    ServerProcess server{"listen: 127.0.0.1:0\ntimeouts: {write: 1h}\n", sockets};
    HttpClient watcher{server.port()};
    const auto sent = [&] { return std::stoull(watcher.get("/flooded").body); };
    {
        WebSocketClient client{server.port(), "/flood", {}, 4096};
        client.read();
        CHECK(stands_still(sent, 60'000'000));
        client.connection().reset();
    }
    server.wait_for_log("the flood ended");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a task that still sends when the handler has ended learns of it") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/leaves", {}, 4096};
    client.read();
    client.send("x");
    server.wait_for_log("the pusher ended");
    client.connection().reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that takes nothing for timeouts.write is let go") {
    ServerProcess server{"listen: 127.0.0.1:0\ntimeouts: {write: 200ms}\n", sockets};
    const WebSocketClient client{server.port(), "/flood", {}, 4096};
    server.wait_for_log("the flood ended");
    CHECK(server.terminate() == 0);
}

TEST_CASE("any thread may post, each in its order") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/posts/4/1000"};
    std::map<std::string, int> next;
    int received = 0;
    bool told = false;
    while (received < 4'000 || !told) {
        const std::string message = client.read_message();
        if (message.starts_with("failed")) {
            CHECK(message == "failed 0");
            told = true;
            continue;
        }
        const std::string thread = message.substr(0, message.find(':'));
        if (message != thread + ":" + std::to_string(next[thread]++)) FAIL(message << " is out of order");
        ++received;
    }
    CHECK(next.size() == 4);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a full outbox drops or closes, as its handler has it") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient dropping{server.port(), "/overflow_drop"};
    server.wait_for_log("overflow lost 2");
    CHECK(dropping.read_message() == std::string(900, 'o'));
    dropping.send("x");
    server.wait_for_log("overflow is open");
    CHECK(dropping.read_message() == "late");
    WebSocketClient closing{server.port(), "/overflow_close"};
    CHECK(closing.read_to_close() == 1008);
    server.wait_for_log("overflow is closed");
    CHECK(server.terminate() == 0);
}

TEST_CASE("several tasks send over one socket, and receiving can be given up") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/several"};
    std::map<char, int> next;
    for (int i = 0; i < 200; ++i) {
        const std::string message = client.read_message();
        if (message.substr(1) != std::to_string(next[message.front()]++)) FAIL(message);
    }
    CHECK(client.read_close() == 1000);
    WebSocketClient timed{server.port(), "/timed"};
    CHECK(timed.read_message() == "too late");
    timed.send("x");
    CHECK(timed.read_close() == 1000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plain function talks on a thread of the executor") {
    ServerProcess server{two_loops, sockets};
    CHECK(answer_to(server.port(), websocket_handshake("/blocking?refuse=1")).status == 404);
    WebSocketClient client{server.port(), "/blocking"};
    for (int i = 0; i < 100; ++i) {
        client.send(std::to_string(i));
        CHECK(client.read_message() == "executor " + std::to_string(i));
    }
    client.send_close(4000);
    CHECK(client.read_close() == 4000);
    server.wait_for_log("blocking saw 4000");
    CHECK(server.terminate() == 0);
}

TEST_CASE("blocking WebSockets leave threads to blocking handlers") {
    // Three threads for the plugin, and of them one for its WebSockets.
    ServerProcess server{two_loops + "executor: {threads: 4}\n", sockets};
    WebSocketClient client{server.port(), "/blocking"};
    client.send("x");
    CHECK(client.read_message() == "executor x");
    const HttpResponse refusal = answer_to(server.port(), websocket_handshake("/blocking"));
    CHECK(refusal.status == 503);
    CHECK(refusal.header("retry-after") == "1");
    CHECK(answer_to(server.port(), websocket_handshake("/blocking")).status == 503);
    server.wait_for_log("executor.per_plugin.websockets let: 1 handshake was answered 503");
    CHECK(HttpClient{server.port()}.get("/plain").body == "plain");
    CHECK(answer_to(server.port(), websocket_handshake("/echo")).status == 101);
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK(
        eventually([&] { return answer_to(server.port(), websocket_handshake("/blocking")).status == 101; }));
    CHECK(server.terminate() == 0);
}

TEST_CASE("what filters attach stays until the socket's end") {
    ServerProcess server{two_loops, sockets};
    {
        WebSocketClient client{server.port(), "/filtered?name=ann"};
        CHECK(client.handshake().header("x-visitor") == "ann");
        client.send("x");
        CHECK(client.read_message() == "ann");
        client.send_close(1000);
        CHECK(client.read_close() == 1000);
        server.wait_for_log("goodbye ann");
    }
    CHECK(answer_to(server.port(), http_request("GET", "/filtered?name=bob")).status == 426);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that is not heard of is asked, and given up when it does not answer") {
    ServerProcess server{two_loops, sockets};
    WebSocketClient client{server.port(), "/pings"};
    for (int i = 0; i < 2; ++i) {
        const Frame ping = client.read();
        REQUIRE(ping.opcode == 9);
        client.send(ping.payload, 10);
    }
    server.wait_for_log("closed by 1006");
    CHECK(server.terminate() == 0);
}
