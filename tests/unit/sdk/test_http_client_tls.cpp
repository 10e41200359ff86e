// HttpClient over TLS: whose certificate is taken, and whose is not.
#include "local_server.hpp"
#include "support/child_process.hpp"
#include "support/temp_directory.hpp"
#include "test_host.hpp"

#include <patchbay/http_client.hpp>

#include <catch2/catch.hpp>

using namespace patchbay;
using namespace patchbay::test;

namespace {

/// A certificate that vouches for itself.
class SelfSigned {
public:
    explicit SelfSigned(const std::string& alternative_name, const std::string& common_name = "tests") {
        const Finished made = run_command(
            {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=" + common_name, "-addext", "subjectAltName=" + alternative_name,
             "-keyout", key(), "-out", certificate()});
        INFO(made.output);
        REQUIRE(made.exit_code == 0);
    }
    std::string certificate() const { return folder_.path() / "certificate.pem"; }
    std::string key() const { return folder_.path() / "key.pem"; }

private:
    TempDirectory folder_;
};

std::string refusal(TestHost& host, const HttpClient& client, const std::string& url) {
    try {
        host.run(client.get(url));
    } catch (const HttpClientError& error) {
        CHECK(error.kind() == HttpClientError::Kind::tls);
        const std::string text = error.what();
        return text.substr(text.find(": ") + 2);
    }
    return "accepted";
}

TEST_CASE("a server is talked to over TLS if its certificate is vouched for and its own") {
    TestHost host;
    const SelfSigned localhost{"DNS:localhost"};
    const LocalServer server{[](const LocalRequest&) { return ok("secret"); },
                             {{localhost.certificate(), localhost.key()}}};

    const HttpClient trusting{{.ca_file = localhost.certificate()}};
    for (int i = 0; i < 3; ++i)
        CHECK(host.run(trusting.get(server.url("/", "localhost"))).body() == "secret");
    CHECK(server.connections() == 1);
    CHECK(host.wait_for_quiet());
    CHECK(refusal(host, trusting, server.url("/")) ==
          "the server's certificate is refused: IP address mismatch");

    const HttpClient by_system;
    CHECK(refusal(host, by_system, server.url("/", "localhost")) ==
          "the server's certificate is refused: self-signed certificate");
    CHECK(server.requests() == 3);

    const HttpClient careless{{.verify_tls = false}};
    CHECK(host.run(careless.get(server.url("/"))).body() == "secret");
}

TEST_CASE("another host's certificate is refused") {
    TestHost host;
    const SelfSigned other{"DNS:other.example"};
    const LocalServer server{[](const LocalRequest&) { return ok(); }, {{other.certificate(), other.key()}}};
    const HttpClient client{{.ca_file = other.certificate()}};
    CHECK(refusal(host, client, server.url("/", "localhost")) ==
          "the server's certificate is refused: hostname mismatch");
    CHECK(server.requests() == 0);
}

TEST_CASE("a certificate is that of its subjectAltNames, whatever its common name is") {
    TestHost host;
    const SelfSigned misleading{"IP:127.0.0.1", "localhost"};
    const LocalServer server{[](const LocalRequest&) { return ok(); },
                             {{misleading.certificate(), misleading.key()}}};
    const HttpClient client{{.ca_file = misleading.certificate()}};
    CHECK(refusal(host, client, server.url("/", "localhost")) ==
          "the server's certificate is refused: hostname mismatch");
}

TEST_CASE("a certificate may be an address's") {
    TestHost host;
    const SelfSigned address{"IP:127.0.0.1"};
    const LocalServer server{[](const LocalRequest&) { return ok(); },
                             {{address.certificate(), address.key()}}};
    const HttpClient client{{.ca_file = address.certificate()}};
    CHECK(host.run(client.get(server.url("/"))).ok());
}

TEST_CASE("what a server sends unasked after an answer is no answer to the next call") {
    TestHost host;
    const SelfSigned localhost{"DNS:localhost"};
    const LocalServer server{[](const LocalRequest&) {
                                 LocalServer::Answer answer = ok("asked");
                                 answer.unasked = ok("unasked").bytes;
                                 return answer;
                             },
                             {{localhost.certificate(), localhost.key()}}};
    const HttpClient client{{.ca_file = localhost.certificate()}};
    for (int i = 1; i <= 3; ++i) {
        CHECK(host.run(client.get(server.url("/", "localhost"))).body() == "asked");
        CHECK(server.connections() == i);
    }
}

TEST_CASE("a body over TLS that is cut short is no body") {
    TestHost host;
    const SelfSigned localhost{"DNS:localhost"};
    const LocalServer server{
        [](const LocalRequest&) { return LocalServer::Answer{"HTTP/1.1 200 OK\r\n\r\nhal", true}; },
        {{localhost.certificate(), localhost.key()}}};
    const HttpClient client{{.ca_file = localhost.certificate()}};
    try {
        host.run(client.get(server.url("/", "localhost")));
        FAIL("it was taken");
    } catch (const HttpClientError& error) {
        CHECK(error.kind() == HttpClientError::Kind::closed);
    }
}

TEST_CASE("who speaks no TLS is told apart") {
    TestHost host;
    const LocalServer server{[](const LocalRequest&) { return ok(); }};
    const HttpClient client;
    std::string url = server.url("/");
    url.insert(4, "s");
    CHECK(refusal(host, client, url).starts_with("the TLS handshake failed: "));
}

}  // namespace
