// WebSockets that go over to the next generation of their plugin: what their clients say and hear, what the
// handlers know of each other, and which sockets do not.
#include "support/client_frame.hpp"
#include "support/message_deflate.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> adopter{{test_plugin("adopter_1"), "adopter.so"}};
const std::string configuration = R"(
listen: 127.0.0.1:0
event_loops: 2
plugins: {settle: 10ms}
drain: {deadline: 1h}
)";

// Until the generation before is unmapped, which it is not while it has a socket.
void reload(const ServerProcess& server, const std::string& build) {
    const std::size_t mark = server.log_mark();
    server.install(test_plugin(build), "adopter.so");
    const std::string line = server.wait_for_log("drained", mark);
    if (line.find("unmapped") == std::string::npos) throw std::runtime_error{line};
}

// The generation before stays, and has the socket.
std::size_t reload_beside(const ServerProcess& server) {
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("adopter_2"), "adopter.so");
    server.wait_for_log("gen 2 serving · gen 1 draining ", mark);
    return mark;
}

// With the state that the other build leaves.
std::string adopted(const std::string& tale, char by) {
    return tale + " adopted=" + std::string{"\0state of ", 10} + by;
}

std::string tale_of(WebSocketClient& client) {
    client.send("?");
    return client.read_message();
}

/// Counts aloud, and hears to it that the server, and a channel, do so as well.
class CountingClient {
public:
    CountingClient(std::uint16_t port, const std::string& target)
        : client_{port, target, "Sec-WebSocket-Extensions: permessage-deflate\r\n"},
          compressed_{!client_.handshake().header("sec-websocket-extensions").empty()} {}

    bool compressed() const noexcept { return compressed_; }
    unsigned long answers() const noexcept { return heard_; }
    unsigned long news() const noexcept { return news_; }

    /// One message more is on its way; every third in two frames, the second of which waits for finish().
    void say() {
        finish();
        const std::string text = std::to_string(++said_);
        const std::string payload = compressed_ ? deflate_message(text) : text;
        const unsigned reserved = compressed_ ? 4 : 0;
        if (said_ % 3 != 0) return send(client_frame(1, payload, {.reserved = reserved}));
        send(client_frame(1, payload.substr(0, 1), {.fin = false, .reserved = reserved}));
        rest_ = client_frame(0, payload.substr(1));
    }
    void finish() {
        if (rest_) send(*std::exchange(rest_, std::nullopt));
    }
    void hear_all() {
        finish();
        while (heard_ < said_) hear();
    }
    void hear_news(unsigned long number) {
        while (news_ < number) hear();
    }

private:
    void send(const std::string& bytes) { client_.connection().send(bytes); }

    // "1 42" answers the message 42; "news 7" comes by the channel.
    void hear() {
        const Frame frame = client_.read();
        if (frame.opcode != 1)
            throw std::runtime_error{"opcode " + std::to_string(frame.opcode) + ": " + frame.payload};
        const std::string text = frame.compressed ? inflate_message(frame.payload) : frame.payload;
        const bool is_news = text.rfind("news ", 0) == 0;
        unsigned long& last = is_news ? news_ : heard_;
        const unsigned long number = std::stoul(text.substr(text.find(' ') + 1));
        // News begin with whichever is the first after it has joined.
        if (number != last + 1 && !(is_news && last == 0))
            throw std::runtime_error{text + " after " + std::to_string(last)};
        last = number;
    }

    WebSocketClient client_;
    bool compressed_;
    std::optional<std::string> rest_;
    unsigned long said_ = 0;
    unsigned long heard_ = 0;
    unsigned long news_ = 0;
};

/// One of a server that is asked for news and speech without pause.
struct Talk {
    explicit Talk(std::uint16_t port, std::string target) : client{port, std::move(target)} {}

    void run(const std::atomic<bool>& stopping) {
        thread = std::thread{[this, &stopping] {
            try {
                while (!stopping) {
                    for (int i = 0; i < 7; ++i) client.say();
                    client.hear_all();
                }
            } catch (const std::exception& error) {
                problem = error.what();
            }
        }};
    }

    CountingClient client;
    std::string problem;
    std::thread thread;
};

}  // namespace

TEST_CASE("nothing is lost or comes twice, in either direction, over many reloads") {
    const bool parallel = GENERATE(false, true);  // then on any loop
    CAPTURE(parallel);
    const std::string first = parallel ? "adopter_parallel" : "adopter_1";
    const std::string second = parallel ? first : "adopter_2";
    ServerProcess server{configuration, {{test_plugin(first), "adopter.so"}}};
    std::deque<Talk> talks;
    for (const char* const target : {"/count", "/count", "/count_deflated", "/count_blocking"})
        talks.emplace_back(server.port(), target);
    CHECK(talks[2].client.compressed());
    // Each has joined before there are any news.
    for (Talk& talk : talks) {
        talk.client.say();
        talk.client.hear_all();
    }
    std::atomic<bool> stopping{false};
    for (Talk& talk : talks) talk.run(stopping);
    unsigned long published = 0;
    std::thread publisher{[&] {
        HttpClient client{server.port()};
        while (!stopping) client.post("/publish", "news " + std::to_string(++published));
    }};
    std::vector<std::string> problems;
    for (int i = 1; i <= 24 && problems.empty(); ++i) {
        try {
            reload(server, i % 2 ? second : first);
        } catch (const std::exception& error) {
            problems.emplace_back(error.what());
        }
    }
    stopping = true;
    publisher.join();
    for (Talk& talk : talks) {
        talk.thread.join();
        if (!talk.problem.empty()) problems.push_back(talk.problem);
    }
    CHECK(problems == std::vector<std::string>{});
    if (!problems.empty()) return;
    for (Talk& talk : talks) {
        talk.client.hear_news(published);
        CHECK(talk.client.news() == published);
        CHECK(talk.client.answers() > 24);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a message of which a part is there when the handler changes is the new one's") {
    const std::string target = GENERATE(as<std::string>{}, "/count", "/count_deflated", "/count_blocking");
    CAPTURE(target);
    ServerProcess server{configuration, adopter};
    CountingClient client{server.port(), target};
    for (int i = 0; i < 3; ++i) client.say();
    reload(server, "adopter_2");
    client.hear_all();
    CHECK(client.answers() == 3);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the handler that adopts has the request, the subprotocol and the state that was left") {
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), "/tell/42?a=b",
                           "User-Agent: tester\r\nSec-WebSocket-Protocol: tale\r\n"};
    CHECK(tale_of(client) == "1 first=42 agent=tester protocol=tale");
    std::size_t mark = server.log_mark();
    reload(server, "adopter_2");
    CHECK(client.read_message() == "farewell of 1");
    CHECK(tale_of(client) == adopted("2 second=42 agent=tester protocol=tale", '1'));
    server.wait_for_log("tale of 1 ended", mark);
    server.wait_for_log("visitor of 1 ended", mark);
    mark = server.log_mark();
    reload(server, "adopter_1");
    CHECK(client.read_message() == "farewell of 2");
    CHECK(tale_of(client) == adopted("1 first=42 agent=tester protocol=tale", '2'));
    server.wait_for_log("visitor of 2 ended", mark);
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a new generation of the same file, for other settings, adopts as well") {
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), "/tell/1"};
    CHECK(tale_of(client) == "1 first=1 agent= protocol=");
    const std::size_t mark = server.log_mark();
    server.reconfigure(configuration + "settings: {adopter: {unread: 1}}\n");
    server.wait_for_log("unmapped", mark);
    CHECK(client.read_message() == "farewell of 1");
    CHECK(tale_of(client) == adopted("1 first=1 agent= protocol=", '1'));
    CHECK(server.terminate() == 0);
}

TEST_CASE("what the old handler did not receive, and what came in parts, is the new one's") {
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), "/idle"};
    constexpr int backlog = 2000;
    std::string all;
    for (int i = 0; i < backlog; ++i) all += text_frame(std::to_string(i) + std::string(500, '.'));
    all += client_frame(1, "a mes", {.fin = false});
    std::thread sending{[&] { client.connection().send(all); }};
    reload(server, "adopter_2");
    for (int i = 0; i < backlog; ++i)
        CHECK(client.read_message() == std::to_string(i) + std::string(500, '.'));
    sending.join();
    reload(server, "adopter_1");
    client.send("sage", 0);
    // The first build's handler has adopted, and answers.
    CHECK(client.read_message() == "a message");
    CHECK(server.terminate() == 0);
}

TEST_CASE("what a thread posts while the handler changes arrives, and in order") {
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), "/posts"};
    const std::size_t mark = server.log_mark();
    CHECK(client.read_message() == "0");
    server.install(test_plugin("adopter_2"), "adopter.so");
    for (int i = 1; i < 2000; ++i) CHECK(client.read_message() == std::to_string(i));
    server.wait_for_log("gen 2 serving", mark);
    server.wait_for_log("unmapped", mark);
    reload(server, "adopter_1");
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a socket that has nowhere to go stays with its generation") {
    const std::string target =
        GENERATE(as<std::string>{}, "/stays/1", "/moved/1", "/dropped/1", "/filtered/1", "/respoken/1");
    CAPTURE(target);
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), target, "Sec-WebSocket-Protocol: old\r\n"};
    const std::string tale = tale_of(client);
    const std::size_t mark = reload_beside(server);
    CHECK_THAT(server.wait_for_log(" draining ", mark), Catch::EndsWith(" gen 1 draining 1 WebSocket"));
    CHECK(tale_of(client) == tale);
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK_THAT(server.wait_for_log("unmapped", mark), Catch::Contains(" gen 1 drained 0 requests · "));
    CHECK(server.terminate() == 0);
}

TEST_CASE("the new handler's limits hold for a socket that it has adopted") {
    ServerProcess server{configuration, adopter};
    WebSocketClient client{server.port(), "/narrowed/1"};
    const std::string message(100, '.');
    client.send(message);
    client.read_message();
    reload(server, "adopter_2");
    client.send(message);
    CHECK(client.read_to_close() == 1009);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handshake that its generation accepts when another serves already ends with the other") {
    ServerProcess server{configuration, adopter};
    HttpClient client{server.port()};
    client.send(websocket_handshake("/late"));
    server.wait_for_log("late begins");
    const std::size_t mark = reload_beside(server);
    CHECK(HttpClient{server.port()}.get("/go").status == 200);
    CHECK(client.read_response(true).status == 101);
    std::string received;
    while (received.find("adopted by 2") == std::string::npos) received += client.read_some();
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("past drain.deadline a socket that was not handed over is closed as ever") {
    ServerProcess server{"listen: 127.0.0.1:0\nplugins: {settle: 10ms}\ndrain: {deadline: 100ms}\n", adopter};
    WebSocketClient client{server.port(), "/deaf"};
    const std::size_t mark = server.log_mark();
    server.install(test_plugin("adopter_2"), "adopter.so");
    CHECK(client.read_close() == 1012);
    server.wait_for_log("the deaf ended", mark);
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that does not hand its socket over closes it, and one that fails says so") {
    ServerProcess server{configuration, adopter};
    WebSocketClient returning{server.port(), "/returns"};
    WebSocketClient failing{server.port(), "/throws"};
    const std::size_t mark = server.log_mark();
    reload(server, "adopter_2");
    CHECK(returning.read_close() == 1000);
    CHECK(failing.read_close() == 1011);
    server.wait_for_log("handler throws failed: no heir · WebSocket /throws", mark);
    WebSocketClient early{server.port(), "/early"};
    CHECK(early.read_message() == "thrown");
    CHECK(server.terminate() == 0);
}

TEST_CASE("clients that leave and a plugin that is removed in the middle of reloads leave nothing behind") {
    ServerProcess server{configuration, adopter};
    for (int round = 0; round < 3; ++round) {
        std::deque<WebSocketClient> clients;
        for (int i = 0; i < 150; ++i) clients.emplace_back(server.port(), "/tell/1");
        server.install(test_plugin(round % 2 ? "adopter_1" : "adopter_2"), "adopter.so");
        for (std::size_t i = 0; i < clients.size(); i += 2) clients[i].connection().reset();
        for (std::size_t i = 1; i < clients.size(); i += 4) clients[i].connection().finish_sending();
        server.wait_for_log("gen " + std::to_string(round + 2) + " serving");
    }
    std::deque<WebSocketClient> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port(), "/tell/1");
    const std::size_t mark = server.log_mark();
    std::filesystem::remove(server.plugins() / "adopter.so");
    server.wait_for_log("adopter removed", mark);
    for (WebSocketClient& client : clients) client.send_close(1000);
    for (WebSocketClient& client : clients) CHECK(client.read_close() == 1000);
    CHECK(eventually([&] { return server.log().find("unmapped", mark) != std::string::npos; }));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a shutdown in the middle of a reload says so to every client, whoever has it") {
    ServerProcess server{configuration, adopter};
    std::deque<WebSocketClient> clients;
    for (int i = 0; i < 200; ++i) clients.emplace_back(server.port(), i % 50 ? "/tell/1" : "/count_blocking");
    server.install(test_plugin("adopter_2"), "adopter.so");
    CHECK(clients[1].read_message() == "farewell of 1");
    server.signal(SIGTERM);
    for (WebSocketClient& client : clients) {
        CHECK(client.read_to_close() == 1001);
        client.send_close(1001);
    }
    CHECK(server.wait() == 0);
}
