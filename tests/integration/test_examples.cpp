// The example plugins, served by the settings of conf/patchbay.yaml: they answer as their READMEs say, and
// are replaced without a trace.
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const fs::path built = fs::path{PATCHBAY_BUILD} / "plugins";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

std::string settings(const fs::path& data) {
    std::string yaml = read_file(fs::path{PATCHBAY_SOURCE} / "conf" / "patchbay.yaml");
    yaml = replaced(yaml, "127.0.0.1:8080", "127.0.0.1:0");
    yaml = replaced(yaml, "../build/release/plugins", "plugins");
    yaml = replaced(yaml, "build/release/uploads", (data / "uploads").string());
    return replaced(yaml, "build/release/notes.sqlite", (data / "notes.sqlite").string());
}

void replace_all(const ServerProcess& server) {
    for (const std::string name : {"hello", "notes", "fanout", "upload"}) {
        const std::size_t mark = server.log_mark();
        server.install(built / (name + ".so"), name + ".so");
        CHECK_THAT(server.wait_for_log(" gen 1 drained ", mark),
                   Catch::Contains("info " + name + " ") && Catch::Contains(" · unmapped in "));
    }
}

// Replaces a plugin by the same file, and returns when the new generation serves; the mark before that.
std::size_t reload(const ServerProcess& server, const std::string& name, int generation) {
    const std::size_t mark = server.log_mark();
    server.install(built / (name + ".so"), name + ".so");
    server.wait_for_log(" gen " + std::to_string(generation) + " serving", mark);
    return mark;
}

// A client of the ticker's stream.
class Listener {
public:
    explicit Listener(const ServerProcess& server, const std::string& last_id = {}) : client_{server.port()} {
        const std::string back = last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n";
        client_.send("GET /ticker/events HTTP/1.1\r\nHost: a\r\n" + back + "\r\n");
    }

    // The number of the next tick.
    std::uint64_t next() {
        const std::string_view name = "\"number\":";
        for (;;) {
            const std::size_t end = bytes_.find("\n\n");
            if (end != std::string::npos) {
                const std::string event = bytes_.substr(0, end);
                bytes_.erase(0, end + 2);
                const std::size_t number = event.find(name);
                if (number == std::string::npos) throw std::runtime_error{"it is no tick: " + event};
                id_ = event.substr(event.find("\nid: ") + 5);
                return std::stoull(event.substr(number + name.size()));
            }
            const std::string some = client_.read_some();
            if (some.empty()) throw std::runtime_error{"the stream ended after: " + bytes_};
            bytes_ += some;
        }
    }
    const std::string& id() const noexcept { return id_; }

private:
    HttpClient client_;
    std::string bytes_;
    std::string id_;
};

// What the page of a room does.
WebSocketClient enter(const ServerProcess& server, const std::string& name) {
    return WebSocketClient{server.port(), "/chat/tea/socket?name=" + name};
}

std::string line(const std::string& name, const std::string& text) {
    return "{\"name\":\"" + name + "\",\"text\":\"" + text + "\"}";
}

// The request by which a page sends a file.
std::string upload(const std::string& data) {
    const std::string body =
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n" + data +
        "\r\n--cut--\r\n";
    return "POST /upload/files HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=cut\r\n" +
           ("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

// The name of the same file that was sent so many times.
std::string stored_as(int time) { return time == 1 ? "a.bin" : "a-" + std::to_string(time) + ".bin"; }

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, {}));
}

}  // namespace

TEST_CASE("the example plugins answer as they say, and are replaced without a trace") {
    const TempDirectory data;
    ServerProcess server{settings(data.path()),
                         {{built / "hello.so", "hello.so"},
                          {built / "notes.so", "notes.so"},
                          {built / "fanout.so", "fanout.so"},
                          {built / "upload.so", "upload.so"}}};
    HttpClient client{server.port()};
    const std::string here = "http://127.0.0.1:" + std::to_string(server.port());
    for (const int generation : {1, 2}) {
        CHECK_THAT(client.get("/async").body,
                   Catch::StartsWith("{\"event_loop\":\"loop-") && Catch::Contains("\"thread\":\"loop-"));
        CHECK_THAT(client.get("/sync").body,
                   Catch::StartsWith("{\"event_loop\":null,\"thread\":\"executor-"));
        CHECK(client.get("/hello/Ada").body == "Hello, Ada!\n");
        const std::string note = "{\"title\":\"number " + std::to_string(generation) + "\"}";
        client.send("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(note.size()) + "\r\n\r\n" + note);
        CHECK(client.read_response().status == 201);
        CHECK_THAT(client.get("/notes").body, Catch::Contains("\"total\":" + std::to_string(generation)));
        CHECK_THAT(client.get("/fanout?url=" + here + "/async").body, Catch::Contains("\"status\":200"));
        client.send(upload(std::string(2'000'000, '.')));
        CHECK(client.read_response().header("location") == "/upload/files/" + stored_as(generation));
        CHECK(client.get("/upload/files/" + stored_as(generation)).body.size() == 2'000'000);
        if (generation == 1) replace_all(server);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("the ticker's numbers count on across a reload, and a client that comes back misses none") {
    ServerProcess server{
        "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\ndrain: {deadline: 1h}\n"
        "settings: {ticker: {every: 20ms}}\n",
        {{built / "ticker.so", "ticker.so"}}};
    CHECK_THAT(HttpClient{server.port()}.get("/ticker").body,
               Catch::Contains("data-events=\"/ticker/events\""));
    std::optional<Listener> old{server};
    std::uint64_t number = old->next();
    const std::size_t mark = reload(server, "ticker", 2);

    // One generation ticks, and both have listeners: each number comes once, and none too early.
    const auto joins = std::chrono::steady_clock::now();
    std::optional<Listener> beside{server};
    std::uint64_t ahead = beside->next();
    for (int i = 0; i < 20; ++i) CHECK(beside->next() == ++ahead);
    CHECK(std::chrono::steady_clock::now() - joins >= 19 * 20ms);
    while (number < ahead) CHECK(old->next() == ++number);

    const std::string seen = old->id();
    old.reset();
    server.wait_for_log("unmapped", mark);
    for (ahead = beside->next(); ahead < number + 5;) CHECK(beside->next() == ++ahead);

    old.emplace(server, seen);
    while (number < ahead + 5) CHECK(old->next() == ++number);
    old.reset();
    beside.reset();
    CHECK(server.terminate() == 0);
}

TEST_CASE("who is in a room hears all of it across reloads, and newcomers what was said before") {
    const TempDirectory data;
    const std::string yaml =
        "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 30ms}\ndrain: {deadline: 1h}\n"
        "settings: {chat: {path: " +
        (data.path() / "chat.sqlite").string() + "}}\n";
    const std::vector<PluginFile> plugins{{built / "chat.so", "chat.so"}};
    {
        ServerProcess server{yaml, plugins};
        CHECK_THAT(HttpClient{server.port()}.get("/chat/tea").body,
                   Catch::Contains("data-socket=\"/chat/tea/socket\""));
        WebSocketClient ada = enter(server, "Ada");
        WebSocketClient bob = enter(server, "Bob");
        ada.send("one");
        for (WebSocketClient* client : {&ada, &bob}) CHECK(client->read_message() == line("Ada", "one"));
        const std::size_t mark = reload(server, "chat", 2);
        server.wait_for_log("unmapped", mark);  // the sockets have left it
        WebSocketClient cleo = enter(server, "Cleo");
        CHECK(cleo.read_message() == line("Ada", "one"));
        cleo.send("two");
        for (WebSocketClient* client : {&ada, &bob, &cleo})
            CHECK(client->read_message() == line("Cleo", "two"));
        bob.send("<three>");
        for (WebSocketClient* client : {&ada, &bob, &cleo})
            CHECK(client->read_message() == line("Bob", "<three>"));
        server.signal(SIGTERM);
        for (WebSocketClient* client : {&ada, &bob, &cleo}) {
            CHECK(client->read_close() == 1001);
            client->send_close(1001);
        }
        CHECK(server.wait() == 0);
    }
    ServerProcess again{yaml, plugins};
    {
        WebSocketClient dan = enter(again, "Dan");
        CHECK(dan.read_message() == line("Ada", "one"));
        CHECK(dan.read_message() == line("Cleo", "two"));
        CHECK(dan.read_message() == line("Bob", "<three>"));
    }
    CHECK(again.terminate() == 0);
}

TEST_CASE("the chat refuses in words that a page can show") {
    const TempDirectory data;
    ServerProcess server{
        "listen: 127.0.0.1:0\nsettings: {chat: {path: " + (data.path() / "chat.sqlite").string() + "}}\n",
        {{built / "chat.so", "chat.so"}}};
    {
        WebSocketClient nobody = enter(server, "");
        CHECK(nobody.read_close() == 4000);
        CHECK(nobody.reason() == "a name is one line of 1 to 40 bytes");
        WebSocketClient ada = enter(server, "Ada%FF");
        ada.send(std::string(1001, '.'));
        CHECK(ada.read_message() == "{\"error\":\"a message is 1 to 1000 bytes\"}");
        ada.send("hello");
        CHECK(ada.read_message() == line("Ada\xef\xbf\xbd", "hello"));
        ada.send(std::string(4001, '.'));
        CHECK(ada.read_close() == 1009);
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("an upload is told of while it arrives, and goes on across a reload") {
    const TempDirectory data;
    ServerProcess server{settings(data.path()), {{built / "upload.so", "upload.so"}}};
    HttpClient page{server.port()};
    page.send(http_request("GET", "/upload/events"));
    page.wait_for_bytes();  // who has the head of the answer misses nothing
    std::string told;
    const auto wait_until_told = [&](const std::string& what) {
        while (told.find(what) == std::string::npos) {
            const std::string some = page.read_some();
            if (some.empty()) throw std::runtime_error{"the stream ended after: " + told};
            told += some;
        }
    };
    const std::string request = upload(std::string(500'000, '.'));
    HttpClient client{server.port()};
    client.send(std::string_view{request}.substr(0, 200'000));
    wait_until_told("\"name\":\"a.bin\"");
    CHECK(HttpClient{server.port()}.get("/upload/files").body == "{\"files\":[]}");
    const std::size_t mark = reload(server, "upload", 2);
    client.send(std::string_view{request}.substr(200'000));
    CHECK(client.read_response().status == 201);
    wait_until_told("\"ended\":true");
    CHECK(HttpClient{server.port()}.get("/upload/files").body ==
          "{\"files\":[{\"name\":\"a.bin\",\"size\":500000}]}");
    page.reset();
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("an upload whose client goes in the middle leaves nothing behind") {
    const TempDirectory data;
    ServerProcess server{settings(data.path()), {{built / "upload.so", "upload.so"}}};
    const fs::path folder = data.path() / "uploads";
    for (const bool abruptly : {true, false}) {
        HttpClient client{server.port()};
        client.send(std::string_view{upload(std::string(500'000, '.'))}.substr(0, 200'000));
        REQUIRE(eventually([&] { return files_in(folder) == 1; }));
        if (abruptly) {
            client.reset();
        } else {
            client.finish_sending();
        }
        CHECK(eventually([&] { return files_in(folder) == 0; }));
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("no more uploads arrive at once than the operator allows") {
    const TempDirectory data;
    ServerProcess server{replaced(settings(data.path()), "  upload:\n", "  upload:\n    at_once: 1\n"),
                         {{built / "upload.so", "upload.so"}}};
    const std::string request = upload(std::string(500'000, '.'));
    HttpClient first{server.port()};
    first.send(std::string_view{request}.substr(0, 200'000));
    REQUIRE(eventually([&] { return files_in(data.path() / "uploads") == 1; }));
    HttpClient second{server.port()};
    second.send(upload("data"));
    const HttpResponse refusal = second.read_response();
    CHECK(refusal.status == 503);
    CHECK(refusal.header("retry-after") == "5");
    first.send(std::string_view{request}.substr(200'000));
    CHECK(first.read_response().status == 201);
    first.send(upload("data"));
    CHECK(first.read_response().status == 201);
    CHECK(server.terminate() == 0);
}
