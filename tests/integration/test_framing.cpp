// Requests of which two readers could disagree where they end: each is refused, and the connection ends.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace patchbay::test;

namespace {

struct Case {
    std::string what;
    std::string request;
    int status;
};

const std::string smuggled = "GET /users/smuggled HTTP/1.1\r\nHost: test\r\n\r\n";

const std::vector<Case> cases{
    {"Content-Length and Transfer-Encoding",
     "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    {"two Content-Lengths that differ",
     "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400},
    {"two Content-Lengths that agree",
     "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400},
    {"a list of Content-Lengths", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5, 5\r\n\r\nabcde",
     400},
    {"a signed Content-Length", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: +5\r\n\r\nabcde", 400},
    {"a negative Content-Length", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: -5\r\n\r\nabcde",
     400},
    {"a hexadecimal Content-Length", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 0x5\r\n\r\nabcde",
     400},
    {"an empty Content-Length", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length:\r\n\r\n", 400},
    {"a Content-Length beyond 64 bits",
     "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
    {"a chunk size that is no number",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n", 400},
    {"a chunk longer than it says",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", 400},
    {"a chunk size beyond 64 bits",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: "
     "chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n",
     400},
    {"chunked, but not last",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501},
    {"an unknown Transfer-Encoding",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
    {"two Transfer-Encodings",
     "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     400},
    {"Transfer-Encoding in HTTP/1.0",
     "POST /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"a folded header line", "GET / HTTP/1.1\r\nHost: test\r\nX-Folded: one\r\n two\r\n\r\n", 400},
    {"a folded first header line", "GET / HTTP/1.1\r\n X: y\r\nHost: test\r\n\r\n", 400},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n", 400},
    {"a space before the colon", "GET / HTTP/1.1\r\nHost : test\r\n\r\n", 400},
    {"a space before Content-Length's colon",
     "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length : 5\r\n\r\nabcde", 400},
    {"a header line without a colon", "GET / HTTP/1.1\r\nHost: test\r\nnonsense\r\n\r\n", 400},
    {"a header without a name", "GET / HTTP/1.1\r\nHost: test\r\n: x\r\n\r\n", 400},
    {"a NUL in a header", std::string{"GET / HTTP/1.1\r\nHost: test\r\nX: a\0b\r\n\r\n", 38}, 400},
    {"a bare CR in a header", "GET / HTTP/1.1\r\nHost: test\r\nX: a\rb\r\n\r\n", 400},
    {"a bare LF at a line's end", "GET / HTTP/1.1\nHost: test\n\n", 400},
    {"a target with a space", "GET /a b HTTP/1.1\r\nHost: test\r\n\r\n", 400},
    {"a target without a slash", "GET users HTTP/1.1\r\nHost: test\r\n\r\n", 400},
    {"a method with a delimiter", "G(T / HTTP/1.1\r\nHost: test\r\n\r\n", 400},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: test\r\n\r\n", 505},
    {"no version", "GET /\r\n\r\n", 400},
    {"TLS on a plain port", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15}, 400},
};

}  // namespace

TEST_CASE("ambiguous framing is refused and ends the connection") {
    ServerProcess server{"listen: 127.0.0.1:0\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    for (const Case& one : cases) {
        INFO(one.what);
        HttpClient client{server.port()};
        client.send(one.request + smuggled);
        const HttpResponse answer = client.read_response();
        CHECK(answer.status == one.status);
        CHECK(answer.header("connection") == "close");
        CHECK(answer.header("content-type") == "application/problem+json");
        CHECK(client.closed());  // and nothing has answered the request behind it
    }
    CHECK(HttpClient{server.port()}.get("/").status == 200);
    CHECK(server.terminate() == 0);
}

TEST_CASE("a request that is answered before stands, whatever comes behind it") {
    ServerProcess server{"listen: 127.0.0.1:0\n", {{PATCHBAY_CONTRACT, "contract.so"}}};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/users/1") + http_request("GET", "/await") + "nonsense\r\n\r\n" +
                smuggled);
    CHECK(client.read_response().body == "1");
    CHECK(client.read_response().body == "ok");
    CHECK(client.read_response().status == 400);
    CHECK(client.closed());
    CHECK(server.terminate() == 0);
}

TEST_CASE("heads that are too long are refused") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
limits:
  header_bytes: 4KiB
  header_fields: 10
)",
                         {{PATCHBAY_CONTRACT, "contract.so"}}};
    const auto status_of = [&](const std::string& request) {
        HttpClient client{server.port()};
        client.send(request);
        const int status = client.read_response().status;
        CHECK(client.closed());
        return status;
    };
    CHECK(status_of("GET / HTTP/1.1\r\nHost: test\r\nX: " + std::string(5000, 'x') + "\r\n\r\n") == 431);
    CHECK(status_of("GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: test\r\n\r\n") == 431);
    CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(5000, 'x')) == 431);  // not even complete
    std::string fields;
    for (int i = 0; i < 10; ++i) fields += "X-" + std::to_string(i) + ": x\r\n";
    CHECK(status_of("GET / HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n") == 431);
    CHECK(server.terminate() == 0);
}
