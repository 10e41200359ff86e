// Many clients that leave in the middle of what they asked for, and many that never take what they are sent.
// PATCHBAY_LEAVING and PATCHBAY_SLOW_CONSUMERS say how many (tools/bench leaving, tools/bench
// slow_consumers).
#include "support/process_facts.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

using namespace patchbay::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

std::size_t number_of(const char* variable, std::size_t usual) {
    const char* const text = std::getenv(variable);
    return text ? std::stoul(text) : usual;
}

/// So that this process, and the server it starts, may have so many connections.
void allow_descriptors(std::size_t count) {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_cur >= count) return;
    REQUIRE(limit.rlim_max >= count);
    limit.rlim_cur = count;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

// One loop, so that what was sent first is read first.
std::string configuration(std::size_t clients) {
    const std::string queue = std::to_string(clients + 1);
    return "listen: 127.0.0.1:0\nevent_loops: 1\nlimits: {connections: " + std::to_string(clients + 100) +
           "}\ntimeouts: {handler: 2h, write: 2h, idle: 2h}\n"
           "executor: {threads: 2, queue: " +
           queue + ", per_plugin: {threads: 2, queue: " + queue + "}}\n";
}

const std::vector<PluginFile> plugin{{test_plugin("leaving"), "leaving.so"}};

nlohmann::json counts(HttpClient& watcher) { return nlohmann::json::parse(watcher.get("/counts").body); }

bool wait_for_running(HttpClient& watcher, std::size_t handlers) {
    return eventually([&] { return counts(watcher)["running"] == handlers; });
}

void begin_sleep(HttpClient& client) { client.send(http_request("GET", "/sleep")); }
void begin_events(HttpClient& client) { client.send(http_request("GET", "/events")); }
void begin_talk(HttpClient& client) { client.send(websocket_handshake("/talk")); }

struct Kind {
    const char* name;
    void (*begin)(HttpClient&);
};
constexpr Kind handlers[]{{"async", begin_sleep}, {"events", begin_events}, {"WebSocket", begin_talk}};

// Every other one without a farewell; the others close their sockets as any client does.
void leave(std::vector<HttpClient>& clients) {
    for (std::size_t i = 0; i < clients.size(); i += 2) clients[i].reset();
    clients.clear();
}

std::vector<HttpClient> connect(const ServerProcess& server, std::size_t count) {
    std::vector<HttpClient> clients;
    clients.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(server.port());
        clients.back().get("/counts");  // from now on the loop has it
    }
    return clients;
}

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>{time}.count(); }

// The time from the last client's leaving to the last handler's end; both clocks are the machine's.
double end_of_handlers(const ServerProcess& server, HttpClient& watcher, std::size_t count,
                       void (*begin)(HttpClient&)) {
    std::vector<HttpClient> clients = connect(server, count);
    for (HttpClient& client : clients) begin(client);
    REQUIRE(wait_for_running(watcher, count));
    leave(clients);
    const auto left = Clock::now();
    REQUIRE(wait_for_running(watcher, 0));
    const Clock::duration last_end{counts(watcher)["last_end"].get<Clock::rep>()};
    return milliseconds(last_end - left.time_since_epoch());
}

}  // namespace

TEST_CASE("handlers end when their clients leave, and leave nothing behind") {
    const std::size_t count = number_of("PATCHBAY_LEAVING", 200);
    allow_descriptors(count + 200);
    ServerProcess server{configuration(count), plugin};
    HttpClient watcher{server.port()};
    watcher.get("/counts");
    const std::size_t descriptors = open_descriptors(server.id());
    std::size_t resident = 0;
    for (const int round : {1, 2}) {
        for (const auto& [kind, begin] : handlers) {
            INFO(kind);
            const double took = end_of_handlers(server, watcher, count, begin);
            std::cout << count << " clients leave, " << kind << ": the last handler ends after " << took
                      << " ms\n";
            CHECK(eventually([&] { return open_descriptors(server.id()) <= descriptors; }));
        }
        if (round == 1) resident = resident_kibibytes(server.id());
    }
    std::cout << "resident after " << count * 3 << " clients " << resident << " KiB, after " << count * 6
              << " clients " << resident_kibibytes(server.id()) << " KiB\n";
#ifndef PATCHBAY_SANITIZED
    CHECK(resident_kibibytes(server.id()) < resident + resident / 4);
#endif
    CHECK(server.log().find("failed") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("blocking work whose clients have left never begins, and what has begun can ask") {
    const std::size_t count = number_of("PATCHBAY_LEAVING", 200);
    allow_descriptors(count + 200);
    ServerProcess server{configuration(count), plugin};
    HttpClient watcher{server.port()};
    std::vector<HttpClient> working = connect(server, 2);
    const std::size_t descriptors = open_descriptors(server.id());
    for (HttpClient& client : working) client.send(http_request("GET", "/work"));
    REQUIRE(wait_for_running(watcher, 2));
    std::vector<HttpClient> waiting = connect(server, count);
    for (HttpClient& client : waiting) client.send(http_request("GET", "/queued"));
    counts(watcher);  // is read after them
    leave(waiting);
    CHECK(eventually([&] { return open_descriptors(server.id()) <= descriptors; }));
    CHECK(counts(watcher)["running"] == 2);
    const auto left = Clock::now();
    leave(working);
    REQUIRE(wait_for_running(watcher, 0));
    const Clock::duration last_end{counts(watcher)["last_end"].get<Clock::rep>()};
    std::cout << "blocking: the last ends after " << milliseconds(last_end - left.time_since_epoch())
              << " ms\n";
    CHECK(watcher.get("/queued").body == "ran");  // comes after all of them
    CHECK(counts(watcher)["ran"] == 1);
    std::cout << "of " << count << " queued jobs whose clients had left none ran\n";
    CHECK(server.terminate() == 0);
}

TEST_CASE("a blocking handler learns that its time, a reload or its socket's end asks it to stop") {
    const auto config = [](const std::string& setting) {
        return "listen: 127.0.0.1:0\nevent_loops: 1\ntimeouts: {handler: 300ms}\ndrain: {deadline: 100ms}\n"
               "routes: [{path: /work, handler: leaving.work}, "
               "{path: /patient, handler: leaving.work, timeout: 2h}]\n"
               "settings: {leaving: {a: " +
               setting + "}}\n";
    };
    ServerProcess server{config("1"), plugin};
    HttpClient watcher{server.port()};
    HttpClient client{server.port()};
    CHECK(client.get("/work").status == 504);
    CHECK(wait_for_running(watcher, 0));
    {
        const WebSocketClient socket{server.port(), "/busy"};
        CHECK(wait_for_running(watcher, 1));
    }
    CHECK(wait_for_running(watcher, 0));
    HttpClient patient{server.port()};
    patient.send(http_request("GET", "/patient"));
    CHECK(wait_for_running(watcher, 1));
    server.reconfigure(config("2"));
    server.signal(SIGHUP);
    CHECK(patient.read_response().body == "stopped");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that has finished sending is told from one that has left") {
    ServerProcess server{configuration(10), plugin};
    {
        HttpClient client{server.port()};
        client.send(http_request("GET", "/late/1000"));
        client.finish_sending();
        CHECK(client.read_response().status == 100);
        CHECK(client.read_response().body == "late");
        CHECK(client.closed());
    }
    {
        HttpClient client{server.port()};
        client.send("GET /late/1000 HTTP/1.0\r\n\r\n");  // whose client knows no 100
        client.finish_sending();
        CHECK(client.read_response().body == "late");
        CHECK(client.closed());
    }
    {
        HttpClient client{server.port()};
        client.send(http_request("GET", "/drip/1000"));
        client.finish_sending();
        CHECK(client.read_response().body == "first second");
        CHECK(client.closed());
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("clients that take nothing cost no more than their bounds, and others get their messages") {
    const std::size_t slow = number_of("PATCHBAY_SLOW_CONSUMERS", 100);
    constexpr std::size_t readers = 4;
    constexpr int messages = 1500;
    const ReceiveBuffer small_buffer{4096, 1024};
    const std::string text(1024, 'n');
    allow_descriptors(slow + 200);
    ServerProcess server{configuration(slow), plugin};
    HttpClient publisher{server.port()};
    std::vector<WebSocketClient> sockets;
    std::vector<HttpClient> streams;
    for (std::size_t i = 0; i < slow / 2; ++i) {
        sockets.emplace_back(server.port(), "/follow", "", small_buffer);
        streams.emplace_back(server.port(), small_buffer);
        streams.back().send(http_request("GET", "/news"));
        streams.back().wait_for_bytes();
    }
    std::vector<WebSocketClient> reading;
    for (std::size_t i = 0; i < readers; ++i) reading.emplace_back(server.port(), "/follow");
    const std::size_t before = resident_kibibytes(server.id());
    std::vector<double> latencies;
    for (int i = 0; i < messages; ++i) {
        const auto begin = Clock::now();
        REQUIRE(publisher.post("/publish", text).status == 204);
        for (WebSocketClient& reader : reading) REQUIRE(reader.read_message() == text);
        latencies.push_back(milliseconds(Clock::now() - begin));
    }
    std::ranges::sort(latencies);
    const std::size_t each = (resident_kibibytes(server.id()) - before) / slow;
    std::cout << slow << " clients that never read, " << messages << " messages of " << text.size()
              << " bytes: " << each << " KiB resident each; the others have a message after "
              << latencies[latencies.size() / 2] << " ms (median), " << latencies[latencies.size() * 99 / 100]
              << " ms (99 in 100)\n";
#ifndef PATCHBAY_SANITIZED
    CHECK(each < 256);  // without bounds it would be all of the messages
#endif
    sockets.clear();
    streams.clear();
    reading.clear();
    CHECK(server.terminate() == 0);
}
