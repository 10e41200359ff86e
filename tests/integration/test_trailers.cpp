// What comes behind a chunked body, through the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("trailers"), "trailers.so"}};

std::string head(const std::string& path) {
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string answer(HttpClient& client, const std::string& path, const std::string& trailers) {
    client.send(head(path) + "5\r\nhello\r\n0\r\n" + trailers + "\r\n");
    return client.read_response().body;
}

}  // namespace

TEST_CASE("a handler reads the trailer fields of a whole body") {
    ServerProcess server{"listen: 127.0.0.1:0\n", plugins};
    HttpClient client{server.port()};
    CHECK(answer(client, "/whole", "X-Checksum:  abc \r\nX-Empty:\r\n") ==
          "2 trailers, X-Checksum=abc, X-Empty=; checksum abc");
    // The next request on the connection has none of them.
    CHECK(answer(client, "/whole", "") == "0 trailers; checksum none");
    CHECK(client.post("/whole", "x").body == "0 trailers; checksum none");
    client.send(head("/whole") + "5\r\nhel");
    client.send("lo\r\n0\r\nX-Chec");
    client.send("ksum: in pieces\r\n\r");
    client.send("\n");
    CHECK(client.read_response().body == "1 trailers, X-Checksum=in pieces; checksum in pieces");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a handler that reads the body while it arrives has its trailer fields at the end") {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n", plugins};
    for (int i = 0; i < 4; ++i) {
        HttpClient client{server.port()};
        CHECK(answer(client, "/streamed", "X-A: 1\r\nX-B: 2\r\n") == "0 trailers; 2 trailers, X-A=1, X-B=2");
        CHECK(answer(client, "/blocking", "X-A: 1\r\n") == "1 trailers, X-A=1");
        const int size = 6 + i;  // of no other part
        client.send(head("/streamed") + std::to_string(size) + "\r\n" +
                    std::string(static_cast<std::size_t>(size), 'x') + "\r\n");
        server.wait_for_log("a part of " + std::to_string(size));
        client.send("0\r\nX-A: late\r\n\r\n");
        CHECK(client.read_response().body == "0 trailers; 1 trailers, X-A=late");
        CHECK(answer(client, "/streamed", "") == "0 trailers; 0 trailers");
        CHECK(answer(client, "/whole", "") == "0 trailers; checksum none");
    }
    CHECK(server.terminate() == 0);
}

TEST_CASE("trailer fields that come too late are left out, and too many are refused") {
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {header_fields: 5}\n", plugins};
    HttpClient client{server.port()};
    CHECK(answer(client, "/whole",
                 "Host: other\r\nAuthorization: Basic x\r\nX-A: 1\r\ncontent-length: 3\r\nCookie: a=b\r\n") ==
          "1 trailers, X-A=1; checksum none");
    for (const std::string path : {"/whole", "/streamed"}) {
        HttpClient many{server.port()};
        many.send(head(path) + "0\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\n\r\n");
        CHECK(many.read_response().status == 431);
        CHECK(many.closed());
    }
    CHECK(server.terminate() == 0);
}
