// The access log of the real binary: a line for each request, however it ended.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

const std::vector<PluginFile> plugins{{PATCHBAY_CONTRACT, "contract.so"},
                                      {test_plugin("streams"), "streams.so"},
                                      {test_plugin("slow"), "slow.so"}};

struct LoggingServer {
    explicit LoggingServer(const std::string& more = "event_loops: 1\n",
                           const std::vector<PluginFile>& files = plugins)
        : server{"listen: 127.0.0.1:0\n" + access_log("access.log") + more, files} {}

    std::string access_log(const std::string& name) const {
        return "access_log: {file: " + (directory.path() / name).string() + "}\n";
    }
    fs::path file() const { return directory.path() / "access.log"; }

    std::vector<Json> lines() const {
        std::vector<Json> lines;
        std::istringstream text{read_file(file())};
        for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
        return lines;
    }
    std::vector<Json> wait_for(std::size_t count) const {
        if (!eventually([&] { return lines().size() >= count; }))
            throw std::runtime_error{"too few lines:\n" + read_file(file())};
        return lines();
    }
    /// All lines, once the server has ended.
    std::vector<Json> end() {
        REQUIRE(server.terminate() == 0);
        return lines();
    }

    TempDirectory directory;
    ServerProcess server;
};

}  // namespace

TEST_CASE("a request is described with OpenTelemetry's names") {
    LoggingServer logged;
    HttpClient client{logged.server.port()};
    client.send(
        "POST /echo?a=b&sig=secret HTTP/1.1\r\nHost: example.com:8080\r\nUser-Agent: test/1\r\n"
        "Content-Length: 5\r\n\r\nhello");
    REQUIRE(client.read_response().status == 200);
    REQUIRE(client.get("/users/7").status == 200);
    const std::vector<Json> lines = logged.end();
    REQUIRE(lines.size() == 2);
    Json line = lines[0];
    CHECK(line["timestamp"].get<std::string>().size() == std::string{"2026-11-25T14:00:00.000Z"}.size());
    CHECK(line["patchbay.request.id"].get<std::string>().size() == 16);
    CHECK(line["http.server.request.duration"].get<double>() >= 0);
    CHECK(line["http.server.request.duration"].get<double>() < 60);
    for (const char* name : {"timestamp", "patchbay.request.id", "http.server.request.duration"})
        line.erase(name);
    CHECK(line == Json{{"client.address", "127.0.0.1"},
                       {"http.request.method", "POST"},
                       {"url.scheme", "http"},
                       {"url.path", "/echo"},
                       {"url.query", "a=b&sig=REDACTED"},
                       {"network.protocol.version", "1.1"},
                       {"server.address", "example.com"},
                       {"server.port", 8080},
                       {"user_agent.original", "test/1"},
                       {"http.request.body.size", 5},
                       {"http.route", "/echo"},
                       {"patchbay.plugin", "contract"},
                       {"patchbay.handler", "echo"},
                       {"http.response.status_code", 200},
                       {"http.response.body.size", 5}});
    CHECK(lines[1]["http.route"] == "/users/{id}");
    CHECK(lines[1]["url.path"] == "/users/7");
    CHECK_FALSE(lines[1].contains("url.query"));
    CHECK_FALSE(lines[1].contains("error.type"));
}

TEST_CASE("each of a pipelined batch has its line, in order, of whatever kind it is") {
    LoggingServer logged{"event_loops: 2\n"};
    HttpClient client{logged.server.port()};
    const std::vector<std::string> targets{"/",        "/await",     "/blocking", "/inline",
                                           "/nowhere", "/async/100", "/json"};
    std::string requests;
    for (const std::string& target : targets) requests += http_request("GET", target);
    requests += http_request("HEAD", "/json") + http_request("POST", "/getonly");
    client.send(requests);
    for (const std::string& target : targets)
        REQUIRE(client.read_response().status == (target == "/nowhere" ? 404 : 200));
    REQUIRE(client.read_response(true).status == 200);
    REQUIRE(client.read_response().status == 405);
    const std::vector<Json> lines = logged.end();
    REQUIRE(lines.size() == targets.size() + 2);
    for (std::size_t i = 0; i < targets.size(); ++i) CHECK(lines[i]["url.path"] == targets[i]);
    CHECK_FALSE(lines[4].contains("http.route"));
    CHECK(lines[5]["http.response.body.size"] == 100 * 7 + 90 * 1);
    CHECK(lines[6]["http.response.body.size"] == std::string{R"({"message":"Hello, World!"})"}.size());
    CHECK(lines[7]["http.request.method"] == "HEAD");
    CHECK(lines[7]["http.response.body.size"] == 0);
    CHECK(lines[8]["http.response.status_code"] == 405);
}

TEST_CASE("refused requests have a line too") {
    LoggingServer logged{"event_loops: 1\ntimeouts: {header: 50ms, body: 50ms}\n"};
    const auto status_of = [&](const std::string& bytes) {
        HttpClient client{logged.server.port()};
        client.send(bytes);
        return client.read_response().status;
    };
    CHECK(status_of("nonsense\r\n\r\n") == 400);
    CHECK(status_of("GET /long HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n") == 431);
    CHECK(status_of("GET /slow HTTP/1.1\r\nHost:") == 408);
    CHECK(status_of("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab") == 408);
    CHECK(status_of("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n") == 413);
    CHECK(status_of("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
    const std::vector<Json> lines = logged.end();
    REQUIRE(lines.size() == 7);
    CHECK(lines[0]["http.response.status_code"] == 400);
    CHECK(lines[0]["patchbay.request.beginning"] == "nonsense");
    CHECK(lines[0]["client.address"] == "127.0.0.1");
    CHECK(lines[1]["http.response.status_code"] == 431);
    CHECK(lines[1]["patchbay.request.beginning"] == "GET /long HTTP/1.1");
    CHECK(lines[2]["http.response.status_code"] == 408);
    CHECK(lines[2]["http.server.request.duration"].get<double>() >= 0.04);
    CHECK(lines[3]["http.response.status_code"] == 408);
    CHECK(lines[3]["url.path"] == "/echo");
    CHECK(lines[4]["http.response.status_code"] == 413);
    CHECK(lines[5]["url.path"] == "/%zz");
    CHECK(lines[6]["http.request.method"] == "_OTHER");
    CHECK(lines[6]["http.request.method_original"] == "BREW");
    CHECK(lines[6]["error.type"] == "501");
}

TEST_CASE("no input forges a line") {
    LoggingServer logged;
    const std::string forged = "\n{\"url.path\":\"/forged\"}\n";
    const auto send = [&](const std::string& bytes) {
        HttpClient client{logged.server.port()};
        client.send(bytes);
        return client.read_response().status;
    };
    CHECK(send("GET /a\"\\ HTTP/1.1" + forged + "\r\n\r\n") == 400);
    CHECK(send("GET /?\"},{\xff\xe2\x80\xa8 HTTP/1.1\r\nHost: a\r\n\r\n") / 100 > 1);
    CHECK(send("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: \"\\\x80\xc2\x85 \xe2\x80\xa8\xff{\r\n\r\n") / 100 >
          1);
    CHECK(send("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: a" + forged + "\r\n\r\n") == 400);
    const std::vector<Json> lines = logged.end();
    REQUIRE(lines.size() == 4);
    for (const Json& line : lines) CHECK(line.value("url.path", "/") != "/forged");
    for (const char c : read_file(logged.file()))
        REQUIRE((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}

TEST_CASE("a stream's line comes at its end, with what was sent and whether it was cut") {
    LoggingServer logged;
    {
        HttpClient client{logged.server.port()};
        CHECK(client.get("/async/1000").body.size() == 8890);
        client.send(http_request("GET", "/fails/10"));
        CHECK_THROWS(client.read_response());
    }
    CHECK(logged.wait_for(2).size() == 2);
    {
        HttpClient client{logged.server.port()};
        client.send(http_request("GET", "/endless"));
        client.wait_for_bytes();
        CHECK(logged.lines().size() == 2);
    }
    const std::vector<Json> lines = logged.wait_for(3);
    CHECK(lines[0]["http.response.body.size"] == 8890);
    CHECK_FALSE(lines[0].contains("patchbay.response.cut"));
    CHECK(lines[1]["http.response.status_code"] == 200);
    CHECK(lines[1]["error.type"] == "stream_failed");
    CHECK(lines[1]["patchbay.response.cut"] == true);
    CHECK(lines[2]["http.route"] == "/endless");
    CHECK(lines[2]["patchbay.handler"] == "endless");
    CHECK(lines[2]["http.response.body.size"] > 0);
    CHECK(lines[2]["error.type"] == "connection_closed");
    CHECK(lines[2]["patchbay.response.cut"] == true);
    CHECK(logged.end().size() == 3);
}

TEST_CASE("a file's line comes when it is sent, or cut") {
    TempDirectory www;
    const std::size_t size = std::size_t{32} << 20;
    write_file(www.path() / "large", std::string(size, 'x'));
    write_file(www.path() / "small", "small");
    LoggingServer logged{"event_loops: 1\nroutes: [{path: /www, static: " + www.path().string() + "}]\n"};
    HttpClient client{logged.server.port()};
    CHECK(client.get("/www/small").body == "small");
    CHECK(client.get("/www/large").body.size() == size);
    client.send(http_request("HEAD", "/www/large"));
    CHECK(client.read_response(true).status == 200);
    CHECK(client.get("/www/none").status == 404);
    {
        HttpClient leaves{logged.server.port(), 4096};
        leaves.send(http_request("GET", "/www/large"));
        leaves.wait_for_bytes();
    }
    const std::vector<Json> lines = logged.wait_for(5);
    CHECK(lines[0]["http.response.body.size"] == 5);
    CHECK(lines[0]["http.route"] == "/www/{path:path}");
    CHECK(lines[0]["patchbay.plugin"] == "patchbay");
    CHECK(lines[1]["http.response.body.size"] == size);
    CHECK(lines[2]["http.response.body.size"] == 0);
    CHECK(lines[3]["http.response.status_code"] == 404);
    CHECK(lines[4]["patchbay.response.cut"] == true);
    CHECK(lines[4]["http.response.body.size"] < size);
    CHECK(logged.end().size() == 5);
}

TEST_CASE("a handler that is too late, and a client that goes first, have one line each") {
    LoggingServer logged{"event_loops: 1\nroutes: [{handler: slow.hold, timeout: 50ms}]\n"};
    HttpClient releases{logged.server.port()};
    {
        HttpClient client{logged.server.port()};
        CHECK(client.get("/hold").status == 504);
    }
    const std::vector<Json> late = logged.wait_for(1);
    CHECK(late[0]["http.response.status_code"] == 504);
    CHECK(late[0]["error.type"] == "timeout");
    CHECK(late[0]["patchbay.handler"] == "hold");
    CHECK(releases.post("/release", "").status == 200);  // now the handler ends
    {
        const std::size_t mark = logged.server.log_mark();
        HttpClient client{logged.server.port()};
        client.send(http_request("GET", "/quick") + http_request("GET", "/wait/20000"));
        logged.server.wait_for_log("waiting", mark);
        // Unread when the client closes, so that the server sees a reset.
        REQUIRE(eventually([&] { return client.has_bytes(); }));
    }
    const std::vector<Json> lines = logged.wait_for(4);
    CHECK(lines[1]["url.path"] == "/release");
    CHECK(lines[2]["url.path"] == "/quick");
    CHECK(lines[3]["url.path"] == "/wait/20000");
    CHECK_FALSE(lines[3].contains("http.response.status_code"));
    CHECK(lines[3]["error.type"] == "connection_closed");
    CHECK(logged.end().size() == 4);
}

TEST_CASE("nobody reads: requests are served, lines are dropped and counted, and the end comes") {
    TempDirectory directory;
    const fs::path fifo = directory.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    ServerProcess server{
        "listen: 127.0.0.1:0\nevent_loops: 1\nshutdown: {deadline: 500ms}\naccess_log: {file: " +
            fifo.string() + "}\n",
        plugins};
    HttpClient client{server.port()};
    std::string batch;
    for (int i = 0; i < 100; ++i) batch += http_request("GET", "/inline");
    for (int round = 0; round < 80; ++round) {
        client.send(batch);
        for (int i = 0; i < 100; ++i) REQUIRE(client.read_response().status == 200);
    }
    server.wait_for_log(" lines dropped (");
    CHECK(server.terminate() == 0);
    CHECK(server.log().find("lines dropped") != std::string::npos);
}

TEST_CASE("SIGHUP and SIGUSR1 open the file anew, and a changed configuration takes effect") {
    LoggingServer logged;
    HttpClient client{logged.server.port()};
    CHECK(client.get("/").status == 200);
    logged.wait_for(1);
    fs::rename(logged.file(), logged.directory.path() / "rotated.log");
    logged.server.signal(SIGHUP);
    REQUIRE(eventually([&] { return fs::exists(logged.file()); }));
    CHECK(client.get("/json").status == 200);
    CHECK(logged.wait_for(1).front()["url.path"] == "/json");
    fs::rename(logged.file(), logged.directory.path() / "rotated again.log");
    logged.server.signal(SIGUSR1);
    REQUIRE(eventually([&] { return fs::exists(logged.file()); }));
    CHECK(client.get("/inline").status == 200);
    CHECK(logged.wait_for(1).front()["url.path"] == "/inline");

    const auto change = [&](const std::string& yaml, std::string_view outcome) {
        const std::size_t mark = logged.server.log_mark();
        logged.server.reconfigure("listen: 127.0.0.1:0\n" + yaml);
        logged.server.wait_for_log(outcome, mark);
    };
    change("access_log: {file: " + (logged.directory.path() / "other.log").string() + ", format: text}\n",
           "configuration taken");
    CHECK(client.get("/users/1").status == 200);
    const auto other = [&] { return read_file(logged.directory.path() / "other.log"); };
    REQUIRE(eventually([&] { return !other().empty(); }));
    CHECK(other().find(" 127.0.0.1 \"GET /users/1 HTTP/1.1\" 200 1B ") != std::string::npos);

    change("access_log: {file: /nowhere/at/all}\n",
           "configuration refused: access_log.file: cannot open /nowhere");
    CHECK(client.get("/users/2").status == 200);
    REQUIRE(eventually([&] { return other().find("/users/2") != std::string::npos; }));

    change("", "configuration taken");
    CHECK(client.get("/users/3").status == 200);
    CHECK(logged.end().size() == 1);
    CHECK(other().find("/users/3") == std::string::npos);
}

TEST_CASE("an access log that can't be opened keeps the server from starting") {
    TempDirectory directory;
    fs::create_directory(directory.path() / "plugins");
    write_file(directory.path() / "patchbay.yaml",
               "listen: 127.0.0.1:0\naccess_log: {file: no/such/folder}\n");
    const Finished run =
        run_command({PATCHBAY_BINARY, "serve", (directory.path() / "patchbay.yaml").string()});
    CHECK(run.exit_code == 1);
    CHECK(run.output.find("cannot open") != std::string::npos);
}

TEST_CASE("the client is the one that a trusted proxy names, and streamed bodies have a size") {
    LoggingServer logged{"event_loops: 1\ntrusted_proxies: [127.0.0.0/8]\n",
                         {{test_plugin("uploads"), "uploads.so"}, {PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient client{logged.server.port()};
    client.send(
        "GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n");
    REQUIRE(client.read_response().status == 200);
    REQUIRE(client.get("/").status == 200);
    client.send(
        "POST /async HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\n, "
        "\r\n0\r\n\r\n");
    REQUIRE(client.read_response().status == 200);
    const std::vector<Json> lines = logged.end();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0]["client.address"] == "203.0.113.9");
    CHECK(lines[0]["url.scheme"] == "https");
    CHECK(lines[1]["client.address"] == "127.0.0.1");
    CHECK(lines[1]["url.scheme"] == "http");
    CHECK(lines[2]["http.request.body.size"] == 7);
}
