// The compression filter, in the real binary.
#include "support/decoding.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <string>
#include <vector>

using namespace patchbay::test;
using namespace std::chrono_literals;

namespace {

const std::vector<PluginFile> plugin{{test_plugin("compressible"), "compressible.so"}};
const std::string base = "listen: 127.0.0.1:0\nevent_loops: 1\n";
const std::string compressing = base + "filters: {small: {compression: {}}}\nglobal_filters: [small]\n";

std::string request(std::string_view method, std::string_view target, std::string_view coding,
                    std::string_view headers = {}) {
    return std::string{method} + " " + std::string{target} +
           " HTTP/1.1\r\nHost: test\r\nAccept-Encoding: " + std::string{coding} + "\r\n" +
           std::string{headers} + "\r\n";
}

HttpResponse ask(HttpClient& client, std::string_view target, std::string_view coding,
                 std::string_view headers = {}) {
    client.send(request("GET", target, coding, headers));
    return client.read_response();
}

std::string body_of(const HttpResponse& answer) {
    const std::string coding = answer.header("content-encoding");
    return coding.empty() ? answer.body : decode(coding, answer.body);
}

}  // namespace

TEST_CASE("bodies of any size and form arrive in each coding as they would without") {
    ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    for (const std::string coding : {"gzip", "br", "zstd"}) {
        for (const std::string form : {"text", "blocking", "stream", "stream_blocking"}) {
            for (const std::size_t size : {0, 100, 1'024, 32'768, 32'769, 65'537, 1'000'000}) {
                const std::string target = "/" + form + "/" + std::to_string(size);
                CAPTURE(target, coding);
                const HttpResponse plain = ask(client, target, "identity");
                CHECK(plain.header("content-encoding").empty());
                REQUIRE(plain.body.size() == size);
                const HttpResponse coded = ask(client, target, coding);
                CHECK((body_of(coded) == plain.body));
                const bool stream = form.starts_with("stream");
                CHECK(coded.header("content-encoding") == (stream || size >= 1'024 ? coding : ""));
                CHECK(coded.header("vary") == (stream || size >= 1'024 ? "Accept-Encoding" : ""));
                CHECK(coded.header("content-length").empty() == (stream || size > 32'768));
                if (size >= 10'000) CHECK(coded.body.size() < size / 2);
            }
        }
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a route without the filter is left alone, and so is what can't become smaller") {
    const ServerProcess server{base +
                                   "filters: {small: {compression: {}}}\n"
                                   "routes: [{handler: compressible.noise, filters: [small]}]\n",
                               plugin};
    HttpClient client{server.port()};
    const HttpResponse text = ask(client, "/text/5000", "gzip");
    CHECK(text.header("content-encoding").empty());
    CHECK(text.header("vary").empty());
    const HttpResponse noise = ask(client, "/noise/5000", "gzip");
    CHECK(noise.header("content-encoding").empty());
    CHECK(noise.header("vary") == "Accept-Encoding");
    CHECK(noise.body.size() == 5'000);
}

TEST_CASE("filters of plugins see the body as it was, on whichever side of them the compression stands") {
    for (const std::string order : {"small, compressible.mark", "compressible.mark, small"}) {
        const ServerProcess server{base +
                                       "filters: {small: {compression: {}}}\n"
                                       "routes: [{handler: compressible.text, filters: [" +
                                       order + "]}]\n",
                                   plugin};
        HttpClient client{server.port()};
        for (const std::size_t size : {5'000, 200'000}) {
            const HttpResponse answer = ask(client, "/text/" + std::to_string(size), "gzip");
            CHECK(answer.header("content-encoding") == "gzip");
            CHECK(answer.header("x-size") == std::to_string(size));
            CHECK(body_of(answer).size() == size);
        }
    }
}

TEST_CASE("HEAD has the head of GET") {
    const ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    for (const char* target :
         {"/text/100", "/text/5000", "/text/100000", "/stream/5000", "/blocking/100000"}) {
        CAPTURE(target);
        auto of_get = ask(client, target, "br").headers;
        client.send(request("HEAD", target, "br"));
        auto of_head = client.read_response(true).headers;
        of_get.erase("date");
        of_head.erase("date");
        CHECK(of_get == of_head);
    }
}

TEST_CASE("coded answers are pipelined in order with others") {
    const ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    std::string requests;
    for (int i = 0; i < 10; ++i)
        requests += request("GET", "/text/300000", "gzip") + request("HEAD", "/text/300000", "gzip") +
                    request("GET", "/text/5000", "zstd") + request("GET", "/stream/300000", "br") +
                    request("GET", "/none", "gzip") + request("GET", "/text/10", "gzip");
    client.send(requests);
    for (int i = 0; i < 10; ++i) {
        CHECK(body_of(client.read_response()).size() == 300'000);
        CHECK(client.read_response(true).header("content-encoding") == "gzip");
        CHECK(body_of(client.read_response()).size() == 5'000);
        CHECK(body_of(client.read_response()).size() == 300'000);
        CHECK(client.read_response().status == 404);
        CHECK(client.read_response().body.size() == 10);
    }
}

TEST_CASE("to HTTP/1.0 no chunks are sent") {
    const ServerProcess server{compressing, plugin};
    const auto ask_1_0 = [&](const char* target) {
        HttpClient client{server.port()};
        client.send("GET " + std::string{target} + " HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
        HttpResponse answer = client.read_response();
        CHECK(answer.header("transfer-encoding").empty());
        CHECK(client.closed());
        return answer;
    };
    const HttpResponse small = ask_1_0("/text/5000");
    CHECK(small.header("content-encoding") == "gzip");
    CHECK(small.header("content-length") == std::to_string(small.body.size()));
    CHECK(body_of(small).size() == 5'000);
    const HttpResponse large = ask_1_0("/text/100000");
    CHECK(large.header("content-encoding").empty());
    CHECK(large.header("content-length") == "100000");
    const HttpResponse stream = ask_1_0("/stream/100000");
    CHECK(stream.header("content-encoding") == "gzip");
    CHECK(stream.header("content-length").empty());
    CHECK(body_of(stream).size() == 100'000);
}

TEST_CASE("each event arrives when it is written") {
    for (const std::string coding : {"gzip", "br", "zstd"}) {
        const ServerProcess server{compressing, plugin};
        HttpClient client{server.port()};
        HttpClient other{server.port()};
        client.send(request("GET", "/events", coding));
        std::string bytes;
        std::string expected;
        for (int number = 0; number < 3; ++number) {
            if (number > 0) CHECK(other.post("/events", {}).status == 204);
            expected += "data: event " + std::to_string(number) + "\n\n";
            std::string text;
            // read_some() gives up after a while: nothing else would end a wait for an event that is held
            // back.
            while (text != expected) {
                bytes += client.read_some();
                const std::size_t head = bytes.find("\r\n\r\n");
                if (head != std::string::npos)
                    text = decode(coding, unchunked(std::string_view{bytes}.substr(head + 4)), false);
            }
            CHECK(text == expected);
        }
        CHECK(bytes.find("Content-Encoding: " + coding) != std::string::npos);
        CHECK(bytes.find("Content-Type: text/event-stream") != std::string::npos);
    }
}

TEST_CASE("a stream that fails has no clean end") {
    const ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    client.send(request("GET", "/fails", "gzip"));
    CHECK_THROWS(client.read_response());
    HttpClient second{server.port()};
    CHECK(body_of(ask(second, "/text/5000", "gzip")).size() == 5'000);
}

TEST_CASE("conditional requests end in 304 with the tag that the client shows") {
    const ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    const HttpResponse coded = ask(client, "/tagged", "gzip");
    CHECK(coded.header("etag") == "W/\"one\"");
    CHECK(coded.header("accept-ranges").empty());
    const HttpResponse plain = ask(client, "/tagged", "identity");
    CHECK(plain.header("etag") == "\"one\"");
    CHECK(plain.header("vary") == "Accept-Encoding");
    // The handler does not know the first of them.
    const HttpResponse again = ask(client, "/tagged", "gzip", "If-None-Match: W/\"one\"\r\n");
    CHECK(again.status == 304);
    CHECK(again.header("etag") == "W/\"one\"");
    CHECK(again.header("vary") == "Accept-Encoding");
    CHECK(again.header("content-encoding").empty());
    const HttpResponse own = ask(client, "/tagged", "gzip", "If-None-Match: \"one\"\r\n");
    CHECK(own.status == 304);
    CHECK(own.header("etag") == "\"one\"");
    CHECK(own.header("vary") == "Accept-Encoding");
    CHECK(ask(client, "/tagged", "gzip", "If-None-Match: W/\"two\"\r\n").status == 200);
}

TEST_CASE("what must not change does not, and secrets are not compressed unless the operator says so") {
    const auto coding = [&](HttpClient& client, std::string_view target, std::string_view headers = {}) {
        return ask(client, target, "gzip", headers).header("content-encoding");
    };
    const ServerProcess server{compressing, plugin};
    HttpClient client{server.port()};
    CHECK(coding(client, "/with/X-Any/1") == "gzip");
    CHECK(coding(client, "/with/Cache-Control/no-transform").empty());
    CHECK(coding(client, "/with/Content-Encoding/br") == "br");
    CHECK(coding(client, "/part").empty());
    CHECK(coding(client, "/with/Set-Cookie/a=b").empty());
    CHECK(coding(client, "/text/5000", "Cookie: a=b\r\n").empty());
    CHECK(coding(client, "/stream/5000", "Authorization: Bearer x\r\n").empty());
    CHECK(coding(client, "/with/Cache-Control/public", "Cookie: a=b\r\n") == "gzip");
    const ServerProcess open{base +
                                 "filters: {small: {compression: {credentials: true}}}\n"
                                 "global_filters: [small]\n",
                             plugin};
    HttpClient second{open.port()};
    CHECK(coding(second, "/with/Set-Cookie/a=b") == "gzip");
    CHECK(coding(second, "/text/5000", "Cookie: a=b\r\n") == "gzip");
    CHECK(coding(second, "/stream/5000", "Authorization: Bearer x\r\n") == "gzip");
}

TEST_CASE("files go out as they are, or as their compressed siblings") {
    const TempDirectory folder;
    write_file(folder.path() / "a.txt", std::string(5'000, 'a'));
    write_file(folder.path() / "b.txt", std::string(5'000, 'b'));
    write_file(folder.path() / "b.txt.gz", "sibling");
    const ServerProcess server{
        compressing + "routes: [{path: /files, static: " + folder.path().string() + "}]\n", plugin};
    HttpClient client{server.port()};
    const HttpResponse file = ask(client, "/files/a.txt", "gzip");
    CHECK(file.header("content-encoding").empty());
    CHECK(file.header("accept-ranges") == "bytes");
    CHECK(file.body.size() == 5'000);
    const HttpResponse sibling = ask(client, "/files/b.txt", "gzip");
    CHECK(sibling.header("content-encoding") == "gzip");
    CHECK(sibling.body == "sibling");
    CHECK(ask(client, "/files/a.txt", "gzip", "Range: bytes=0-9\r\n").status == 206);
}

TEST_CASE("a large body is compressed without holding up the loop's other clients") {
    ServerProcess server{compressing, plugin};
    HttpClient other{server.port()};
    CHECK(other.get("/text/1").status == 200);
    HttpClient client{server.port()};
    client.send(request("GET", "/text/20000000", "gzip"));
    client.wait_for_bytes();
    auto large = std::async(std::launch::async, [&] { return client.read_response(); });
    int answered = 0;
    for (; large.wait_for(0s) != std::future_status::ready; ++answered)
        CHECK(other.get("/text/1").body.size() == 1);
    CHECK(body_of(large.get()).size() == 20'000'000);
    CHECK(answered > 50);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client that takes nothing holds a coded stream back, and may leave") {
    ServerProcess server{compressing, plugin};
    HttpClient other{server.port()};
    const auto written = [&] { return std::stoull(other.get("/written").body); };
    for (int i = 0; i < 2; ++i) {
        HttpClient client{server.port(), 4096};
        client.send(request("GET", "/endless", "zstd"));
        client.wait_for_bytes();
        CHECK(stands_still(written, 60'000'000));
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a client may leave in the midst of a large coded body") {
    ServerProcess server{compressing, plugin};
    HttpClient other{server.port()};
    for (int i = 0; i < 3; ++i) {
        HttpClient client{server.port(), 4096};
        client.send(request("GET", "/text/20000000", "zstd"));
        client.wait_for_bytes();
    }
    CHECK(other.get("/text/1").body.size() == 1);
    CHECK(server.terminate() == 0);
}

TEST_CASE("many clients of large bodies are served by turns") {
    ServerProcess server{compressing, plugin};
    std::vector<std::future<std::vector<HttpResponse>>> clients;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(std::async(std::launch::async, [&, i] {
            HttpClient client{server.port()};
            const char* const codings[] = {"gzip", "br", "zstd"};
            const std::string target = i % 2 == 0 ? "/text/1500000" : "/stream/1500000";
            std::vector<HttpResponse> answers;
            for (int round = 0; round < 3; ++round) answers.push_back(ask(client, target, codings[i % 3]));
            return answers;
        }));
    }
    for (auto& client : clients)
        for (const HttpResponse& answer : client.get()) CHECK(body_of(answer).size() == 1'500'000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("the access log counts the bytes that were sent") {
    ServerProcess server{compressing + "access_log: {file: stdout, format: json}\n", plugin};
    HttpClient client{server.port()};
    for (const char* target : {"/text/5000", "/text/100000", "/stream/100000"}) {
        const std::size_t mark = server.log_mark();
        const HttpResponse answer = ask(client, target, "gzip");
        const std::string line = server.wait_for_log(target, mark);
        CAPTURE(target, line);
        CHECK(line.find("\"http.response.body.size\":" + std::to_string(answer.body.size()) + ",") !=
              std::string::npos);
    }
    CHECK(server.terminate() == 0);
}
