// More than the server has to give: it stays up, and serves again when there is room.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
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

bool answers(const ServerProcess& server) {
    try {
        return HttpClient{server.port()}.get("/").status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

TEST_CASE("a server without free descriptors survives, and serves when it has some again") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient early{server.port()};
    CHECK(early.get("/").status == 200);
    constexpr std::size_t room = 10;
    const std::size_t limit = open_descriptors(server.id()) + room;
    allow_descriptors(server.id(), limit);
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (std::size_t i = 0; i < 5 * room; ++i) clients.push_back(std::make_unique<HttpClient>(server.port()));
    CHECK(eventually([&] { return open_descriptors(server.id()) + 2 >= limit; }));
    // Whoever is in is served as ever; one too many is told so.
    for (int i = 0; i < 20; ++i) CHECK(early.get("/").status == 200);
    clients.back()->send(http_request("GET", "/"));
    CHECK(clients.back()->read_response().status == 503);
    clients.clear();
    CHECK(eventually([&] { return answers(server); }));
    CHECK(early.get("/").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("connections beyond limits.connections are closed") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\nlimits: {connections: 3}\n",
                         {{PATCHBAY_CONTRACT, "contract.so"}}};
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        CHECK(clients.back()->get("/").status == 200);
    }
    CHECK(HttpClient{server.port()}.closed());
    clients.clear();
    CHECK(eventually([&] { return answers(server); }));
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
    // One runs (or is about to), one waits; of the third at the latest there is one too many.
    std::vector<std::unique_ptr<HttpClient>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<HttpClient>(server.port()));
        held.back()->send(http_request("GET", "/hold"));
    }
    HttpClient client{server.port()};
    HttpResponse refused;
    CHECK(eventually([&] {
        client.send(http_request("GET", "/hold"));
        refused = client.read_response();
        return refused.status == 503;
    }));
    CHECK(refused.header("retry-after") == "1");
    CHECK(client.get("/quick").status == 200);
    CHECK(client.post("/release", "x").status == 200);
    CHECK(held.front()->read_response().body == "held");
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
