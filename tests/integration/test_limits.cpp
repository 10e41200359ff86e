// More than the server has to give: it stays up, and serves again when there is room.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace patchbay::test;

namespace {

void allow_descriptors(pid_t process, std::size_t count) {
    const rlimit limit{count, count};
    REQUIRE(::prlimit(process, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

/// Gives this process what its own clients need.
void allow_own_descriptors(std::size_t count) {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_cur >= count) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

std::size_t threads_named(pid_t process, const std::string& prefix) {
    std::size_t count = 0;
    for (const auto& thread :
         std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/task"})
        count += read_file(thread.path() / "comm").starts_with(prefix) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a server without free descriptors survives, and serves when it has some again") {
    // With two loops, one could accept with the descriptor that the other gives up to turn a client away.
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient early{server.port()};
    CHECK(early.get("/").status == 200);
    constexpr std::size_t room = 10;
    const std::size_t limit = open_descriptors(server.id()) + room;
    allow_descriptors(server.id(), limit);
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (std::size_t i = 0; i < 5 * room; ++i) clients.push_back(std::make_unique<HttpClient>(server.port()));
    CHECK(eventually([&] { return open_descriptors(server.id()) + 2 >= limit; }));
    server.wait_for_log("warning no file descriptors are left");
    // Whoever is in is served as ever; one too many is answered once, by a handler
    // or by 503.
    for (int i = 0; i < 20; ++i) CHECK(early.get("/").status == 200);
    clients.back()->send(http_request("GET", "/"));
    CHECK(clients.back()->read_response().header("connection") == "close");
    clients.clear();
    CHECK(eventually([&] { return answers(HttpClient{server.port()}, "/"); }));
    CHECK(early.get("/").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("connections beyond limits.connections are told 503 and closed") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\nlimits: {connections: 3}\n",
                         {{PATCHBAY_CONTRACT, "contract.so"}}};
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        CHECK(clients.back()->get("/").status == 200);
    }
    HttpClient one_too_many{server.port()};
    CHECK(one_too_many.read_response().status == 503);
    CHECK(one_too_many.closed());
    server.wait_for_log("warning connections were answered 503, since limits.connections or");
    clients.clear();
    CHECK(eventually([&] { return answers(HttpClient{server.port()}, "/"); }));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a full executor queue is answered 503 with Retry-After") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
executor:
  threads: 2
  per_plugin: {threads: 1, queue: 1}
)",
                         {{test_plugin("slow"), "slow.so"}}};
    HttpClient running{server.port()};
    running.send(http_request("GET", "/hold"));
    server.wait_for_log("holding");
    // Of the next two one waits, and one is too many.
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 2; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        clients.back()->send(http_request("GET", "/hold"));
    }
    const auto has_answer = [](const auto& client) { return client->has_bytes(); };
    REQUIRE(eventually([&] { return std::ranges::any_of(clients, has_answer); }));
    const auto refused = std::ranges::find_if(clients, has_answer);
    const HttpResponse refusal = (*refused)->read_response();
    CHECK(refusal.status == 503);
    server.wait_for_log("warning blocking work was refused, requests with 503, since executor.queue or");
    CHECK(refusal.header("retry-after") == "1");
    clients.erase(refused);
    HttpClient client{server.port()};
    CHECK(client.get("/quick").status == 200);
    CHECK(client.post("/release", "x").status == 200);
    CHECK(running.read_response().body == "held");
    CHECK(clients.front()->read_response().body == "held");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a thousand blocking calls don't delay an async one") {
    allow_own_descriptors(4096);
    ServerProcess server{R"(
listen: 127.0.0.1:0
event_loops: 2
executor:
  threads: 4
  queue: 2000
  per_plugin: {threads: 4, queue: 2000}
)",
                         {{test_plugin("slow"), "slow.so"}, {PATCHBAY_CONTRACT, "contract.so"}}};
    std::vector<std::unique_ptr<HttpClient>> blocked;
    for (int i = 0; i < 1000; ++i) {
        blocked.push_back(std::make_unique<HttpClient>(server.port()));
        blocked.back()->send(http_request("GET", "/hold"));
    }
    HttpClient client{server.port()};
    // None of the thousand can end before these: they wait for the release below.
    for (int i = 0; i < 100; ++i) {
        REQUIRE(client.get("/quick").body == "quick");
        REQUIRE(client.get("/").status == 200);
        REQUIRE(client.get("/await").body == "ok");
    }
    CHECK(client.post("/release", "x").body == "released");
    for (const auto& one : blocked) {
        const HttpResponse answer = one->read_response();
        REQUIRE(answer.status == 200);
        REQUIRE(answer.body == "held");
    }
    CHECK(server.terminate() == 0);
}

#ifndef PATCHBAY_SANITIZED  // whose allocators keep what was freed
TEST_CASE("an idle connection keeps no buffer") {
    allow_own_descriptors(4096);
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    const auto connect = [&](int count) {
        std::vector<std::unique_ptr<HttpClient>> clients;
        for (int i = 0; i < count; ++i) {
            clients.push_back(std::make_unique<HttpClient>(server.port()));
            REQUIRE(clients.back()->get("/").status == 200);
        }
        return clients;
    };
    connect(100);
    const std::size_t before = resident_kibibytes(server.id());
    const auto idle = connect(1000);
    CHECK(resident_kibibytes(server.id()) < before + 1000);  // a buffer has 8 KiB
    CHECK(idle.front()->get("/").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("an idle WebSocket takes no more than 2 KiB") {
    allow_own_descriptors(4096);
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    const auto connect = [&](int count) {
        std::deque<WebSocketClient> clients;
        for (int i = 0; i < count; ++i) {
            clients.emplace_back(server.port(), "/ws").send("x");
            REQUIRE(clients.back().read_message() == "x");
        }
        return clients;
    };
    const auto first = connect(100);
    const std::size_t before = resident_kibibytes(server.id());
    const auto idle = connect(1000);
    CHECK(resident_kibibytes(server.id()) < before + 2000 + 300);  // and some of others
    CHECK(server.terminate() == 0);
}
#endif

TEST_CASE("a handler that holds its event loop up is named, and the others are not") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\nlog: {stall: 100ms}\n",
                         {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    CHECK(client.get("/wait/400").body == "waited");
    CHECK(server.log().find("held up") == std::string::npos);
    CHECK(client.get("/freeze/400").body == "froze");
    server.wait_for_log("loop-0 goes on: slow 1.0.0 gen 1 held it up for about");
    CHECK(server.log().find("loop-0 has been held up for") != std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("there are as many event loops as CPUs that the server may use") {
    cpu_set_t allowed;
    REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    const std::string yaml = "listen: 127.0.0.1:0\nevent_loops: auto\n";
    {
        ServerProcess server{yaml};
        CHECK(threads_named(server.id(), "loop-") == static_cast<std::size_t>(CPU_COUNT(&allowed)));
        CHECK(server.terminate() == 0);
    }
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    ServerProcess bound{yaml, {}, {.launcher = {"taskset", "--cpu-list", std::to_string(first)}}};
    CHECK(threads_named(bound.id(), "loop-") == 1);
    CHECK(bound.terminate() == 0);
}
