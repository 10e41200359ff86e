// Bodies that are read while they arrive, through the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <thread>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> uploads{{test_plugin("uploads"), "uploads.so"}};
const std::string yaml = "listen: 127.0.0.1:0\nplugins: {settle: 30ms}\nlimits: {body: 64MiB}\n";

std::string content(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 4093);
    return text;
}

std::string sum_of(const std::string& text) {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return std::to_string(text.size()) + " " + std::to_string(hash);
}

std::string head(const std::string& path, const std::string& lines) {
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n";
}

std::string chunked(const std::string& path, const std::string& body, std::size_t chunk) {
    std::string text = head(path, "Transfer-Encoding: chunked\r\n");
    for (std::size_t at = 0; at < body.size(); at += chunk) {
        char size[32];
        const std::size_t part = std::min(chunk, body.size() - at);
        std::snprintf(size, sizeof size, "%zx\r\n", part);
        text.append(size).append(body, at, part).append("\r\n");
    }
    return text + "0\r\nTrailer: ignored\r\n\r\n";
}

}  // namespace

TEST_CASE("the time that a body takes to arrive is not the handler's") {
    ServerProcess server{yaml + "timeouts: {handler: 1s}\n", uploads};
    HttpClient client{server.port()};
    client.send(head("/late", "Content-Length: 6\r\n"));
    for (int i = 0; i < 6; ++i) {
        client.send("x");
        std::this_thread::sleep_for(std::chrono::milliseconds{250});
    }
    CHECK(client.read_response().body == sum_of("xxxxxx"));
    CHECK(server.terminate() == 0);
}

TEST_CASE("a body is read while it arrives, and the next request stands right behind it") {
    ServerProcess server{yaml + "event_loops: 2\n", uploads};
    HttpClient client{server.port()};
    for (const std::string path : {"/async", "/blocking", "/whole"}) {
        for (const std::size_t size : {0, 1, 7'000, 100'000, 3'000'000}) {
            INFO(path << " " << size);
            const std::string body = content(size);
            CHECK(client.post(path, body).body == sum_of(body));
            client.send(chunked(path, body, size < 10'000 ? 13 : 65'000) + http_request("GET", "/quick"));
            CHECK(client.read_response().body == sum_of(body));
            CHECK(client.read_response().body == "quick");
        }
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that does not read holds its client back") {
    ServerProcess server{yaml, uploads};
    const std::string body = content(60'000'000);
    HttpClient client{server.port()};
    client.send(head("/held", "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    const std::size_t taken = client.send_until_full(body);
    CHECK(taken < body.size());
    CHECK(HttpClient{server.port()}.post("/release", "").body == "released");
    client.send(std::string_view{body}.substr(taken));
    CHECK(client.read_response().body == sum_of(body));
    CHECK(server.terminate() == 0);
}

TEST_CASE("an answer before the body's end ends the connection") {
    ServerProcess server{yaml, uploads};
    HttpClient client{server.port()};
    client.send(head("/reject", "Content-Length: 1000\r\n") + "only some" + http_request("GET", "/quick"));
    const HttpResponse answer = client.read_response();
    CHECK(answer.status == 403);
    CHECK(answer.header("connection") == "close");
    CHECK(client.closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that expects it is told to go on when the handler reads, and not before") {
    ServerProcess server{yaml, uploads};
    HttpClient client{server.port()};
    client.send(head("/async", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
    CHECK(client.read_response(true).status == 100);
    client.send("body");
    CHECK(client.read_response().body == sum_of("body"));
    client.send(head("/reject", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
    CHECK(client.read_response().status == 403);
    CHECK(client.closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("what is wrong with a body reaches its reader, and the client gets the status") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {body: 1000B}\ntimeouts: {body: 300ms}\n", uploads};
    const std::string begun = head("/parts", "Transfer-Encoding: chunked\r\n") + "5\r\nfirst\r\n";
    const auto answer_to = [&](const std::string& rest, bool finish = false) {
        HttpClient client{server.port()};
        const std::size_t mark = server.log_mark();
        client.send(begun);
        server.wait_for_log("got 5", mark);
        client.send(rest);
        if (finish) client.finish_sending();
        const HttpResponse answer = client.read_final_response();
        CHECK(answer.header("connection") == "close");
        return answer.status;
    };
    CHECK(HttpClient{server.port()}.post("/parts", std::string(1001, 'x')).status == 413);
    CHECK(server.log().find("got") == std::string::npos);
    CHECK(answer_to("3e8\r\n") == 413);
    CHECK(answer_to("nonsense\r\n") == 400);
    CHECK(answer_to("") == 408);
    CHECK(answer_to("", true) == 400);
    CHECK(server.log().find("the body ended") == std::string::npos);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that sends too slowly is not waited for, however fast its body is read") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {min_rate: 1KiB}\ntimeouts: {body: 300ms}\n", uploads};
    HttpClient client{server.port()};
    client.send(head("/parts", "Content-Length: 1000000\r\n"));
    CHECK(eventually([&] {
        client.send("x");  // one in 5 ms
        return client.has_bytes();
    }));
    CHECK(client.read_response().status == 408);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a stream goes on whatever becomes of the body that arrives beside it") {
    const auto config = [](const std::string& body_timeout) {
        return "listen: 127.0.0.1:0\nevent_loops: 1\nlimits: {min_rate: 0B}\ntimeouts: {handler: 100ms, "
               "body: " +
               body_timeout + "}\n";
    };
    ServerProcess server{config("1h"), uploads};
    ServerProcess hasty{config("150ms"), uploads};  // each of these times passes before the stream's end
    const std::string ticks = std::string(25, '.') + "ended";
    const auto answer_of = [&](const ServerProcess& asked, const std::string& how, const std::string& rest,
                               bool finish = false) {
        HttpClient client{asked.port()};
        client.send(head("/duplex/" + how, "Content-Length: 8\r\n") + "1234");
        client.wait_for_bytes();  // the head of the answer is out
        client.send(rest);
        if (finish) client.finish_sending();
        const HttpResponse answer = client.read_response();
        CHECK(answer.status == 200);
        CHECK(answer.header("connection") == "close");
        CHECK(client.closed());
        return answer.body;
    };
    CHECK(answer_of(server, "reads", "5678") == "begun:12345678" + ticks);
    CHECK(answer_of(server, "reads", "", true) == "begun:1234failed 400" + ticks);
    CHECK(answer_of(server, "ignores", "5678") == "begun:" + ticks);
    CHECK(answer_of(hasty, "reads", "") == "begun:1234failed 408" + ticks);
    CHECK(answer_of(hasty, "ignores", "") == "begun:" + ticks);
    CHECK(server.terminate() == 0);
    CHECK(hasty.terminate() == 0);
}

TEST_CASE("a body of which a stream is made may be larger than what is kept of it") {
    ServerProcess server{yaml, uploads};
    const std::string body = content(20'000'000);
    HttpClient client{server.port()};
    client.send(head("/duplex/reads", "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    std::thread sender{[&] { client.send(body); }};
    const HttpResponse answer = client.read_response();
    sender.join();
    CHECK(answer.body.size() == 6 + body.size() + 25 + 5);
    CHECK((answer.body.substr(6, body.size()) == body));
    CHECK(server.terminate() == 0);
}

TEST_CASE("once the head of a stream is out its client is not told to go on any more") {
    const auto check = [&](const std::string& body_timeout, const std::string& body,
                           const std::string& begin) {
        ServerProcess server{
            "listen: 127.0.0.1:0\nevent_loops: 1\ntimeouts: {handler: 100ms, body: " + body_timeout + "}\n",
            uploads};
        HttpClient client{server.port()};
        client.send(head("/duplex/reads", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
        client.wait_for_bytes();
        client.send(body);  // it may, without having been told to
        const HttpResponse answer = client.read_response();
        CHECK(answer.status == 200);
        CHECK(answer.header("connection") == "close");
        CHECK(answer.body.starts_with(begin));
        CHECK(client.closed());
        CHECK(server.terminate() == 0);
    };
    check("1h", "1234", "begun:1234.");
    check("150ms", "", "begun:failed 408.");
}

TEST_CASE("a client that leaves in the middle ends its handler") {
    ServerProcess server{yaml, uploads};
    {
        HttpClient client{server.port()};
        client.send(head("/parts", "Content-Length: 1000\r\n") + "first");
        server.wait_for_log("got 5");
        client.reset();
    }
    server.wait_for_log("the body failed");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin is replaced while it receives, and the body ends where it began") {
    ServerProcess server{yaml, uploads};
    HttpClient client{server.port()};
    const std::string body = content(500'000);
    const std::string request = http_request("POST", "/async", body);
    client.send(std::string_view{request}.substr(0, 200'000));
    server.wait_for_log("a body begins");
    const std::size_t mark = server.log_mark();
    server.overwrite(test_plugin("uploads"), "uploads.so");
    server.wait_for_log("gen 2 serving", mark);
    client.send(std::string_view{request}.substr(200'000));
    CHECK(client.read_response().body == sum_of(body));
    server.wait_for_log("unmapped", mark);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a body that is still coming does not keep the server from its end") {
    ServerProcess server{yaml + "shutdown: {deadline: 200ms}\n", uploads};
    HttpClient async{server.port()};
    HttpClient blocking{server.port()};
    async.send(head("/parts", "Content-Length: 1000\r\n") + "first");
    blocking.send(head("/blocking", "Content-Length: 1000\r\n") + "first");
    server.wait_for_log("got 5");
    CHECK(server.terminate() == 0);
}
