// The stages of a shutdown: what runs is finished, then cancelled, then named.
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> slow{{test_plugin("slow"), "slow.so"}};

std::string with_deadline(const std::string& deadline) {
    return "listen: 127.0.0.1:0\nevent_loops: 2\nshutdown: {deadline: " + deadline + "}\n";
}

}  // namespace

TEST_CASE("requests in flight are answered before the server ends") {
    ServerProcess server{with_deadline("60s"), slow};
    HttpClient idle{server.port()};
    CHECK(idle.get("/quick").status == 200);
    HttpClient one{server.port()};
    one.send(http_request("GET", "/wait/500"));
    server.wait_for_log("slow: waiting");
    const std::size_t mark = server.log_mark();
    HttpClient other{server.port()};
    other.send(http_request("GET", "/stubborn/500"));
    server.wait_for_log("slow: waiting", mark);
    SECTION("SIGTERM") { server.signal(SIGTERM); }
    SECTION("SIGINT") { server.signal(SIGINT); }
    const HttpResponse answer = one.read_response();
    CHECK(answer.body == "waited");
    CHECK(answer.header("connection") == "close");
    CHECK(other.read_response().body == "waited");
    CHECK(idle.closed());
    CHECK(server.wait() == 0);
    CHECK(std::filesystem::is_empty(server.temporary()));
}

TEST_CASE("nobody is accepted any more") {
    ServerProcess server{with_deadline("60s"), slow};
    HttpClient running{server.port()};
    running.send(http_request("GET", "/wait/3600000"));
    server.wait_for_log("slow: waiting");
    server.signal(SIGTERM);
    CHECK(eventually([&] { return !is_listening(server.port()); }));
    server.signal(SIGTERM);
    CHECK(server.wait() == 1);
}

TEST_CASE("requests that outlast the deadline are cancelled") {
    ServerProcess server{with_deadline("200ms"), slow};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/wait/600000"));
    server.wait_for_log("slow: waiting");
    server.signal(SIGTERM);
    CHECK(client.read_response().status == 503);
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Contains("shutdown.deadline has passed"));
}

TEST_CASE("a blocking handler that never returns is named, and does not keep the server") {
    ServerProcess server{with_deadline("200ms"), slow};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/stuck") + http_request("GET", "/quick"));
    server.wait_for_log("slow: stuck");
    server.signal(SIGTERM);
    CHECK(server.wait() == 1);
    CHECK_THAT(server.log(), Catch::Contains("a blocking handler of slow does not return"));
}

TEST_CASE("SIGQUIT ends the server as SIGTERM does") {
    ServerProcess server{with_deadline("1h"), slow};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/wait/200"));
    server.wait_for_log("slow: waiting");
    server.signal(SIGQUIT);
    CHECK(client.read_response().body == "waited");
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Contains("SIGQUIT: finishing what runs"));
}

TEST_CASE("a second signal ends the server at once") {
    ServerProcess server{with_deadline("1h"), slow};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/wait/3600000"));
    server.wait_for_log("slow: waiting");
    server.signal(SIGTERM);
    server.wait_for_log("finishing what runs");
    server.signal(SIGTERM);
    CHECK(server.wait() == 1);  // work was cut
    CHECK_THAT(server.log(), Catch::Contains("second signal: stopping at once"));
    CHECK(client.closed());
}

TEST_CASE("a client that reads slowly gets all of its answer, and then the server ends") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {body: 16MiB}\nshutdown: {deadline: 1h}\n",
                         {{PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient client{server.port(), 4096};
    const std::string body(8 * 1024 * 1024, 'x');
    client.send(http_request("POST", "/echo", body));
    SECTION("when its answer has begun") { client.wait_for_bytes(); }
    SECTION("when its request is perhaps still on its way") {}
    server.signal(SIGTERM);
    server.wait_for_log("finishing what runs");
    CHECK((client.read_response().body == body));
    CHECK(client.closed());
    CHECK(server.wait() == 0);
}

TEST_CASE("a server under load of every kind ends well") {
    ServerProcess server{with_deadline("60s"),
                         {{test_plugin("storm_a"), "storm.so"}, {test_plugin("slow"), "slow.so"}}};
    Load load{server.port(), 4, [](HttpClient& client, unsigned thread, std::uint64_t number) {
                  static constexpr std::array kinds{"await", "async", "blocking", "detached", "inline"};
                  client.get("/storm/" + std::string{kinds[(thread + number) % kinds.size()]} + "/x");
                  return std::string{};
              }};
    CHECK(eventually([&] { return load.requests() > 100; }));
    CHECK(server.terminate() == 0);
    load.stop();
    CHECK(std::filesystem::is_empty(server.temporary()));
}

TEST_CASE("what has not asked for anything yet does not delay the end") {
    ServerProcess server{
        "listen: 127.0.0.1:0\ntimeouts: {header: 1h}\nshutdown: {deadline: 1h}\nevent_loops: 1\n", slow};
    HttpClient half{server.port()};
    half.send("GET /quick HTTP/1.1\r\nHo");
    HttpClient other{server.port()};
    CHECK(other.get("/quick").status == 200);  // the loop has seen the first by now, and may have read it
    CHECK(other.get("/quick").status == 200);
    server.signal(SIGTERM);
    CHECK(half.closed());
    CHECK(server.wait() == 0);
    CHECK(server.log().find("cut") == std::string::npos);
}

TEST_CASE("answers that are cut at the end are counted") {
    ServerProcess server{
        "listen: 127.0.0.1:0\nlimits: {body: 16MiB}\ntimeouts: {write: 1h}\n"
        "shutdown: {deadline: 100ms}\n",
        {{PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient client{server.port(), 4096};
    client.send(http_request("POST", "/echo", std::string(8 * 1024 * 1024, 'x')));
    client.wait_for_bytes();
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Contains("1 answer was cut, since shutdown.deadline has passed"));
}

TEST_CASE("what a killed server has left behind is removed by the next, and nothing else") {
    const TempDirectory common;
    ServerOptions options;
    std::string yaml = "listen: 127.0.0.1:0\nplugins: {private_directory: " + common.path().string() + "}\n";
    ServerProcess living{yaml, slow, options};
    const auto folders = [&] {
        return std::distance(std::filesystem::directory_iterator{common.path()}, {});
    };
    CHECK(folders() == 1);
    {
        ServerProcess killed{yaml, slow, options};
        CHECK(folders() == 2);
        killed.signal(SIGKILL);
        CHECK(killed.wait() == 128 + SIGKILL);
    }
    CHECK(folders() == 2);
    std::filesystem::create_directory(common.path() / "patchbay.others");
    std::filesystem::create_directory(common.path() / "else");
    ServerProcess next{yaml, slow, options};
    CHECK(folders() == 4);
    HttpClient client{living.port()};
    CHECK(client.get("/quick").status == 200);
    CHECK(next.terminate() == 0);
    CHECK(living.terminate() == 0);
    CHECK(folders() == 2);
}
