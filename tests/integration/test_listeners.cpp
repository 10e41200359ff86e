// Where the server listens, and whom it takes its clients for.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace patchbay::test;

namespace fs = std::filesystem;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("who"), "who.so"}};

std::string who(HttpClient& client, const std::string& headers = {}) {
    client.send("GET /who HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    return client.read_response().body;
}

/// CPU time that the process has used, in seconds.
double cpu_seconds(pid_t process) {
    std::ifstream stream{"/proc/" + std::to_string(process) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stream}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 2)};
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void allow_descriptors(pid_t process, std::size_t count) {
    const rlimit limit{count, 20'000};
    REQUIRE(::prlimit(process, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

}  // namespace

TEST_CASE("several listeners, each with its ready line") {
    ServerProcess server{R"(
listen: [127.0.0.1:0, 127.0.0.2:0, unix:x.sock]
event_loops: 2
)",
                         plugins};
    const std::string second = server.wait_for_log("listening on http://127.0.0.2:");
    const fs::path file = server.directory() / "x.sock";
    CHECK(server.wait_for_log("listening on unix:") == "listening on unix:" + file.string());
    CHECK(server.port() != std::stoul(second.substr(second.rfind(':') + 1)));
    HttpClient tcp{server.port()};
    CHECK(who(tcp) == "peer 127.0.0.1 client 127.0.0.1 http://test");
    for (int i = 0; i < 20; ++i) {
        HttpClient local{file};
        REQUIRE(who(local) == "peer 0.0.0.0 client unknown http://test");
    }
    CHECK(server.terminate() == 0);
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a Unix socket has its permissions, and replaces one that nobody listens on") {
    const TempDirectory directory;
    const fs::path file = directory.path() / "x.sock";
    const std::string yaml = "listen: [{address: 'unix:" + file.string() + "', mode: 0600}]\n";
    {
        ServerProcess killed{yaml, plugins};
        struct stat status{};
        REQUIRE(::stat(file.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
        killed.signal(SIGKILL);
        CHECK(killed.wait() == 128 + SIGKILL);
    }
    REQUIRE(fs::exists(file));
    ServerProcess server{yaml, plugins};
    HttpClient client{file};
    CHECK(who(client) == "peer 0.0.0.0 client unknown http://test");
    // A second one must not take a living server's place.
    CHECK_THROWS_WITH(
        ServerProcess(yaml, plugins),
        Catch::Contains(file.string() + ": another process does: end it, or name another path"));
    HttpClient again{file};
    CHECK(who(again) == "peer 0.0.0.0 client unknown http://test");
    CHECK(server.terminate() == 0);
    // And no other kind of file is removed.
    write_file(file, "precious");
    CHECK_THROWS_WITH(ServerProcess(yaml, plugins),
                      Catch::Contains(file.string() + ": a file that is no socket is there: remove it, or"));
    CHECK(read_file(file) == "precious");
}

TEST_CASE("trusted proxies say who the client is, others can't") {
    ServerProcess server{R"(
listen: [127.0.0.1:0, unix:x.sock]
trusted_proxies: [127.0.0.2, unix]
)",
                         plugins};
    const std::string headers =
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.org\r\n";
    HttpClient stranger{server.port()};
    CHECK(who(stranger, headers) == "peer 127.0.0.1 client 127.0.0.1 http://test");
    HttpClient proxy{server.port(), "127.0.0.2"};
    CHECK(who(proxy, headers) == "peer 127.0.0.2 client 192.0.2.7 https://example.org");
    CHECK(who(proxy, "Forwarded: for=192.0.2.8;proto=https\r\n") ==
          "peer 127.0.0.2 client 192.0.2.8 https://test");
    CHECK(who(proxy) == "peer 127.0.0.2 client 127.0.0.2 http://test");
    HttpClient local{server.directory() / "x.sock"};
    CHECK(who(local, headers) == "peer 0.0.0.0 client 192.0.2.7 https://example.org");
    // A reload changes whom to trust, for connections that are open too.
    server.reconfigure("listen: [127.0.0.1:0, unix:x.sock]\ntrusted_proxies: 127.0.0.1\n");
    server.wait_for_log("configuration taken");
    CHECK(who(stranger, headers) == "peer 127.0.0.1 client 192.0.2.7 https://example.org");
    CHECK(who(proxy, headers) == "peer 127.0.0.2 client 127.0.0.2 http://test");
    CHECK(server.terminate() == 0);
}

TEST_CASE("the PROXY protocol names the peer, where it is switched on and its sender trusted") {
    ServerProcess server{R"(
listen: [{address: 127.0.0.1:0, proxy_protocol: true}, 127.0.0.3:0]
trusted_proxies: 127.0.0.2
)",
                         plugins};
    const auto connect = [&] { return HttpClient{server.port(), "127.0.0.2"}; };
    HttpClient first = connect();
    first.send("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n");
    CHECK(who(first) == "peer 192.0.2.7 client 192.0.2.7 http://test");
    CHECK(who(first) == "peer 192.0.2.7 client 192.0.2.7 http://test");
    // Its client is not trusted merely because the proxy is.
    CHECK(who(first, "X-Forwarded-For: 1.1.1.1\r\n") == "peer 192.0.2.7 client 192.0.2.7 http://test");
    HttpClient second = connect();
    second.send(
        std::string{"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x09\x7f\0\0\x01\x12\x67\0\x50", 28});
    CHECK(who(second) == "peer 192.0.2.9 client 192.0.2.9 http://test");
    HttpClient unknown = connect();
    unknown.send("PROXY UNKNOWN\r\nGET /who HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(unknown.read_response().body == "peer 127.0.0.2 client 127.0.0.2 http://test");
    HttpClient pieces = connect();
    pieces.send("PROXY TCP4 192.0.2.7");
    pieces.send(" 198.51.100.1 4711 443\r\nGET /who HTTP/1.1\r\n");
    pieces.send("Host: test\r\n\r\n");
    CHECK(pieces.read_response().body == "peer 192.0.2.7 client 192.0.2.7 http://test");
    for (const char* bytes : {"GET /who HTTP/1.1\r\nHost: test\r\n\r\n", "PROXY TCP4 nonsense\r\n"}) {
        HttpClient malformed = connect();
        malformed.send(bytes);
        CHECK(malformed.closed());
    }
    CHECK(HttpClient{server.port()}.closed());
    server.wait_for_log("warning connections to a listener with proxy_protocol were closed");
    CHECK(server.terminate() == 0);
}

TEST_CASE("an address has so many connections at once, and a connection so many requests") {
    ServerProcess server{R"(
listen: [127.0.0.1:0, unix:x.sock]
event_loops: 2
trusted_proxies: 127.0.0.9
limits: {connections_per_address: 2, requests_per_connection: 3}
)",
                         plugins};
    HttpClient first{server.port()};
    auto second = std::make_unique<HttpClient>(server.port());
    CHECK_FALSE(who(first).empty());
    CHECK_FALSE(who(*second).empty());
    HttpClient third{server.port()};
    const HttpResponse refusal = third.read_response();
    CHECK(refusal.status == 503);
    CHECK(refusal.header("retry-after") == "1");
    CHECK(third.closed());
    HttpClient other{server.port(), "127.0.0.2"};
    CHECK_FALSE(who(other).empty());
    // Proxies and Unix sockets stand for many clients.
    for (const bool local : {true, false}) {
        std::vector<HttpClient> many;
        for (int i = 0; i < 4; ++i) {
            if (local) {
                many.emplace_back(server.directory() / "x.sock");
            } else {
                many.emplace_back(server.port(), "127.0.0.9");
            }
            CHECK_FALSE(who(many.back()).empty());
        }
    }
    second.reset();
    CHECK(eventually([&] { return answers(HttpClient{server.port()}, "/who"); }));
    CHECK(first.get("/who").header("connection").empty());
    CHECK(first.get("/blocking").header("connection") == "close");
    CHECK(first.closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("without descriptors a request is still answered, and at little cost") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\ntimeouts: {header: 20s}\n", plugins};
    HttpClient early{server.port()};
    CHECK(early.get("/who").status == 200);
    allow_descriptors(server.id(), open_descriptors(server.id()) + 20);
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 120; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server.port()));
        clients.back()->send("GET / HT");
    }
    // Those for whom there was no room are told so.
    CHECK(clients.back()->read_response().status == 503);
    const auto begin = std::chrono::steady_clock::now();
    const double used = cpu_seconds(server.id());
    for (int i = 0; i < 20; ++i) {
        HttpClient late{server.port()};
        late.send(http_request("GET", "/who"));
        CHECK(late.read_response().status == 200);
        CHECK(late.closed());
    }
    CHECK(early.get("/who").status == 200);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    CHECK(cpu_seconds(server.id()) - used < 0.25 * passed.count() + 0.1);  // spinning takes all of it
    clients.clear();
    CHECK(server.terminate() == 0);
}

TEST_CASE("it accepts as ever soon after descriptors have come back") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\n", plugins};
    const auto is_accepted_to_stay = [&] {
        try {
            return HttpClient{server.port()}.get("/who").header("connection").empty();
        } catch (const std::runtime_error&) {
            return false;  // turned away before it has asked
        }
    };
    REQUIRE(is_accepted_to_stay());
    allow_descriptors(server.id(), open_descriptors(server.id()) + 20);
    std::vector<std::chrono::steady_clock::duration> pauses;
    for (int round = 0; round < 7; ++round) {
        std::vector<std::unique_ptr<HttpClient>> clients;
        for (int i = 0; i < 60; ++i) {
            clients.push_back(std::make_unique<HttpClient>(server.port()));
            clients.back()->send("GET / HT");
        }
        CHECK(clients.back()->read_response().status == 503);
        clients.clear();
        const auto returned = std::chrono::steady_clock::now();
        CHECK(eventually(is_accepted_to_stay));
        pauses.push_back(std::chrono::steady_clock::now() - returned);
    }
    // 100 ms on a machine that does nothing else; a lost wake-up would take a timeout.
    std::ranges::sort(pauses);
    CHECK(pauses[pauses.size() / 2] < std::chrono::seconds{1});
    CHECK(server.terminate() == 0);
}

TEST_CASE("inherited sockets are found by name, and shared by the loops") {
    const int sockets[] = {::socket(AF_INET, SOCK_STREAM, 0), ::socket(AF_INET, SOCK_STREAM, 0)};
    std::vector<std::uint16_t> ports;
    for (const int socket : sockets) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket, 16) == 0);
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
        ports.push_back(ntohs(address.sin_port));
    }
    // The shell puts them where a service manager does, and becomes the server.
    const TempDirectory directory;
    const fs::path script = directory.path() / "activate";
    write_file(script,
               "#!/bin/bash\nexec 3<&" + std::to_string(sockets[0]) + " 4<&" + std::to_string(sockets[1]) +
                   "\nexport LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=admin:web\nexec " PATCHBAY_BINARY
                   " \"$@\"\n");
    fs::permissions(script, fs::perms::owner_all);
    ServerProcess server{"listen: [systemd, systemd:web]\nevent_loops: 2\n",
                         {plugins.front(), {test_plugin("slow"), "slow.so"}},
                         {.arguments = {}, .binary = script, .environment = {}}};
    CHECK(server.port() == ports[0]);
    server.wait_for_log("listening on http://127.0.0.1:" + std::to_string(ports[1]));
    for (const std::uint16_t port : ports) {
        for (int i = 0; i < 20; ++i) {
            HttpClient client{port};
            REQUIRE(who(client) == "peer 127.0.0.1 client 127.0.0.1 http://test");
        }
    }
    // Whoever comes once it is ending is the service manager's, which still has the sockets.
    HttpClient waiting{ports[0]};
    waiting.send(http_request("GET", "/wait/500"));
    server.wait_for_log("slow: waiting");
    server.signal(SIGTERM);
    server.wait_for_log("finishing what runs");
    const HttpClient late{ports[0]};
    CHECK(waiting.read_response().body == "waited");
    CHECK(server.wait() == 0);
    for (const int socket : sockets) ::close(socket);
    CHECK_THROWS_WITH(ServerProcess("listen: systemd\n", plugins),
                      Catch::Contains("the process was started without such a socket"));
}
