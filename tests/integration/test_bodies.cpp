// Request and response bodies, in every shape and size.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> contract{{PATCHBAY_CONTRACT, "contract.so"}};

std::string pattern(std::size_t size) {
    std::string text;
    text.reserve(size);
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + (i * 31 + i / 97) % 90);
    return text;
}

std::string chunked(const std::string& chunks) {
    return "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

}  // namespace

TEST_CASE("a request may be split at every byte") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    const std::string by_length = http_request("POST", "/echo", "a body");
    const std::string by_chunks =
        chunked("2\r\na \r\n3;name=value\r\nbod\r\n1\r\ny\r\n0\r\nTrailer: x\r\n\r\n");
    HttpClient client{server.port()};
    for (const std::string& request : {by_length, by_chunks}) {
        for (std::size_t at = 1; at < request.size(); ++at) {
            INFO("split at " << at << " of " << request);
            client.send(std::string_view{request}.substr(0, at));
            client.send(std::string_view{request}.substr(at));
            const HttpResponse answer = client.read_response();
            REQUIRE(answer.status == 200);
            REQUIRE(answer.body == "a body");
        }
        for (const char byte : request) client.send({&byte, 1});
        REQUIRE(client.read_response().body == "a body");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("chunks of one byte make a long body, and another request may follow") {
    ServerProcess server{"listen: 127.0.0.1:0\n", contract};
    const std::string body = pattern(50'000);
    std::string chunks;
    for (const char byte : body) chunks += std::string{"1\r\n"} + byte + "\r\n";
    HttpClient client{server.port()};
    client.send(chunked(chunks + "0\r\n\r\n") + http_request("GET", "/users/next"));
    CHECK(client.read_response().body == body);
    CHECK(client.read_response().body == "next");
    CHECK(server.terminate() == 0);
}

TEST_CASE("large bodies go both ways") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {body: 16MiB}\n", contract};
    const std::string body = pattern(8 * 1024 * 1024);
    HttpClient client{server.port()};
    SECTION("by length") { CHECK((client.post("/echo", body).body == body)); }
    SECTION("in chunks") {
        constexpr std::size_t size = 0x12345;
        std::string chunks;
        for (std::size_t at = 0; at < body.size(); at += size) {
            const std::string part = body.substr(at, size);
            char head[16];
            std::snprintf(head, sizeof head, "%zx\r\n", part.size());
            chunks += head + part + "\r\n";
        }
        client.send(chunked(chunks + "0\r\n\r\n"));
        CHECK((client.read_response().body == body));
    }
    CHECK(client.get("/").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a body over the limit is answered 413") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
limits: {body: 1KiB}
routes:
  - {path: /big, methods: [POST], handler: contract.echo, max_body: 4KiB}
  - {path: /echo, methods: [POST], handler: contract.echo}
)",
                         contract};
    const auto status_of = [&](const std::string& request) {
        HttpClient client{server.port()};
        client.send(request);
        const HttpResponse answer = client.read_response();
        if (answer.status == 413) CHECK(client.closed());
        return answer.status;
    };
    CHECK(status_of(http_request("POST", "/echo", pattern(1024))) == 200);
    CHECK(status_of(http_request("POST", "/echo", pattern(1025))) == 413);
    CHECK(status_of(http_request("POST", "/big", pattern(4096))) == 200);
    CHECK(status_of(http_request("POST", "/big", pattern(4097))) == 413);
    // Announced only: the body is not waited for.
    CHECK(status_of("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n") == 413);
    CHECK(status_of(chunked("400\r\n" + pattern(1024) + "\r\n0\r\n\r\n")) == 200);
    CHECK(status_of(chunked("400\r\n" + pattern(1024) + "\r\n1\r\nx\r\n0\r\n\r\n")) == 413);
    CHECK(status_of(chunked("7fffffff\r\n")) == 413);
    CHECK(server.terminate() == 0);
}

TEST_CASE("Expect: 100-continue is answered when the body is wanted") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {body: 1KiB}\n", contract};
    const auto head = [](const std::string& target, std::size_t size) {
        return "POST " + target +
               " HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n";
    };
    {
        HttpClient client{server.port()};
        client.send(head("/echo", 4));
        CHECK(client.read_response().status == 100);
        client.send("body");
        CHECK(client.read_response().body == "body");
        client.send(head("/echo", 4) + "more");  // did not wait
        CHECK(client.read_response().body == "more");
    }
    for (const auto& [target, size, status] :
         {std::tuple{"/nowhere", 4, 404}, {"/getonly", 4, 405}, {"/echo", 2000, 413}}) {
        HttpClient client{server.port()};
        client.send(head(target, static_cast<std::size_t>(size)));
        CHECK(client.read_response().status == status);
        CHECK(client.closed());
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("a slow reader gets every byte, and does not hold up others") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 1\nlimits: {body: 16MiB}\n", contract};
    const std::string body = pattern(4 * 1024 * 1024);
    HttpClient slow{server.port(), 4096};
    slow.send(http_request("POST", "/echo", body) + http_request("GET", "/users/behind"));
    HttpClient other{server.port()};
    for (int i = 0; i < 100; ++i) REQUIRE(other.get("/").status == 200);
    CHECK((slow.read_response().body == body));
    CHECK(slow.read_response().body == "behind");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a reader that stalls is given up after timeouts.write") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {body: 16MiB}\ntimeouts: {write: 300ms}\n", contract};
    const std::string body = pattern(8 * 1024 * 1024);
    const std::size_t before = open_descriptors(server.id());
    HttpClient stalled{server.port(), 4096};
    stalled.send(http_request("POST", "/echo", body));
    CHECK(open_descriptors(server.id()) > before);
    CHECK(eventually([&] { return open_descriptors(server.id()) == before; }));
    CHECK_THROWS(stalled.read_response());
    CHECK(server.terminate() == 0);
}
