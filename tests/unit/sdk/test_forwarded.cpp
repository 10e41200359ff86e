// What trusted proxies say about the client, and what nobody may say about it.
#include "request_fixture.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace patchbay;
using test::RequestFixture;

namespace {

asio::ip::address ip(const char* text) { return asio::ip::make_address(text); }

/// A request from 10.0.0.1, where 10.0.0.0/8 and fd00::/8 are trusted.
struct Proxied : RequestFixture {
    explicit Proxied(const char* peer = "10.0.0.1") {
        auto proxies = std::make_shared<detail::TrustedProxies>();
        proxies->add(ip("10.0.0.0"), 8);
        proxies->add(ip("fd00::"), 8);
        data.trusted_proxies = proxies;
        data.peer = {ip(peer), 4711};
        header("Host", "inner:8080");
    }

    std::string client() const {
        const auto address = request.client_address();
        return address ? address->to_string() : "unknown";
    }
};

std::string client_by(std::string_view name, std::string_view value, const char* peer = "10.0.0.1") {
    Proxied proxied{peer};
    proxied.header(name, value);
    return proxied.client();
}

std::string by_forwarded(std::string_view value) { return client_by("Forwarded", value); }
std::string by_x_forwarded(std::string_view value) { return client_by("X-Forwarded-For", value); }

}  // namespace

TEST_CASE("without trusted proxies the headers are as if they were not there", "[forwarded]") {
    RequestFixture plain;
    plain.data.peer = {ip("192.0.2.1"), 1};
    plain.header("Host", "example.org");
    plain.header("Forwarded", "for=198.51.100.1;proto=https;host=evil");
    plain.header("X-Forwarded-For", "198.51.100.1");
    plain.header("X-Forwarded-Proto", "https");
    plain.header("X-Forwarded-Host", "evil");
    CHECK(plain.request.client_address() == ip("192.0.2.1"));
    CHECK(plain.request.scheme() == "http");
    CHECK(plain.request.host() == "example.org");
}

TEST_CASE("a peer that is no trusted proxy is not believed", "[forwarded]") {
    CHECK(client_by("X-Forwarded-For", "198.51.100.1", "192.0.2.1") == "192.0.2.1");
    CHECK(client_by("Forwarded", "for=198.51.100.1", "11.0.0.1") == "11.0.0.1");
    Proxied direct{"192.0.2.1"};
    direct.header("X-Forwarded-Proto", "https");
    direct.header("X-Forwarded-Host", "evil");
    CHECK(direct.request.scheme() == "http");
    CHECK(direct.request.host() == "inner:8080");
}

TEST_CASE("a trusted proxy's own word is what stands rightmost", "[forwarded]") {
    CHECK(by_forwarded("for=198.51.100.1") == "198.51.100.1");
    CHECK(by_forwarded("for=1.1.1.1, for=198.51.100.1") == "198.51.100.1");
    CHECK(by_x_forwarded("1.1.1.1, 198.51.100.1") == "198.51.100.1");
    // Through trusted proxies, as far as they go.
    CHECK(by_x_forwarded("1.1.1.1, 198.51.100.1, 10.2.3.4, fd00::9") == "198.51.100.1");
    CHECK(by_forwarded("for=1.1.1.1, For=198.51.100.1 , for=\"[fd00::9]:80\"") == "198.51.100.1");
    // Nobody beyond them: the outermost is the client.
    CHECK(by_x_forwarded("10.9.9.9,10.8.8.8") == "10.9.9.9");
}

TEST_CASE("several lines of one header are one list", "[forwarded]") {
    Proxied proxied;
    proxied.header("X-Forwarded-For", "1.1.1.1");
    proxied.header("x-forwarded-for", "198.51.100.1");
    CHECK(proxied.client() == "198.51.100.1");
}

TEST_CASE("addresses come with and without ports and brackets", "[forwarded]") {
    CHECK(by_forwarded("for=198.51.100.1:4711") == "198.51.100.1");
    CHECK(by_forwarded("for=\"198.51.100.1:4711\";by=10.0.0.1") == "198.51.100.1");
    CHECK(by_forwarded("for=\"[2001:db8::1]\"") == "2001:db8::1");
    CHECK(by_forwarded("for=\"[2001:db8::1]:_port\"") == "2001:db8::1");
    CHECK(by_x_forwarded("2001:db8::1") == "2001:db8::1");
    CHECK(by_x_forwarded("[2001:db8::1]:80") == "2001:db8::1");
    CHECK(by_x_forwarded("::ffff:198.51.100.1") == "198.51.100.1");
    CHECK(client_by("X-Forwarded-For", "198.51.100.1", "::ffff:10.0.0.1") == "198.51.100.1");
}

TEST_CASE("a client whom a trusted proxy hides or garbles is unknown", "[forwarded]") {
    for (const char* node :
         {"unknown", "_hidden", "_a:80", "1.2.3", "1.2.3.4.5", "0.0.0.0", "[::1", "fe80::1%lo"}) {
        INFO(node);
        CHECK(by_x_forwarded(std::string{"1.1.1.1, "} + node) == "unknown");
    }
    CHECK(by_forwarded("for=1.1.1.1, for=_hidden") == "unknown");
    CHECK(by_forwarded("for=1.1.1.1, proto=https") == "unknown");
    CHECK(by_forwarded("proto=https") == "unknown");
    for (const char* name : {"Forwarded", "X-Forwarded-For"}) CHECK(client_by(name, "") == "unknown");
    CHECK(client_by("X-Forwarded-Proto", "https") == "unknown");
    CHECK(client_by("X-Forwarded-Host", "example.org") == "unknown");
}

TEST_CASE("a client's own Forwarded can't swallow what the proxy adds", "[forwarded]") {
    CHECK(by_forwarded("for=1.1.1.1;x=\", for=\"[2001:db8::1]\"") == "unknown");
    CHECK(by_forwarded("for=\"1.1.1.1, for=198.51.100.1") == "unknown");
    CHECK(by_forwarded("for=1.1.1.1\\\", for=198.51.100.1") == "unknown");
    CHECK(by_forwarded("garbage, for=198.51.100.1") == "unknown");
    CHECK(by_forwarded("for=1.1.1.1;for=2.2.2.2") == "unknown");
    CHECK(by_x_forwarded("\"1.1.1.1, 198.51.100.1") == "198.51.100.1");
}

TEST_CASE("scheme and host are the outermost trusted proxy's", "[forwarded]") {
    Proxied proxied;
    proxied.header(
        "Forwarded",
        "for=1.1.1.1;proto=http;host=evil, for=198.51.100.1;proto=HTTPS;host=\"example.org:8443\", "
        "for=10.0.0.2;proto=http");
    CHECK(proxied.client() == "198.51.100.1");
    CHECK(proxied.request.scheme() == "https");
    CHECK(proxied.request.host() == "example.org:8443");
}

TEST_CASE("of X-Forwarded-Proto and -Host the nearest proxy's value is taken", "[forwarded]") {
    Proxied proxied;
    proxied.header("X-Forwarded-Proto", "http, https");
    proxied.header("X-Forwarded-Host", "evil, example.org");
    CHECK(proxied.request.scheme() == "https");
    CHECK(proxied.request.host() == "example.org");
}

TEST_CASE("schemes and hosts that are none are not taken", "[forwarded]") {
    for (const char* host : {"a/b", "a b", "user@host", "a\"b", "a<b>"}) {
        INFO(host);
        Proxied proxied;
        proxied.header("X-Forwarded-Host", host);
        proxied.header("X-Forwarded-Proto", "javascript");
        CHECK(proxied.request.host() == "inner:8080");
        CHECK(proxied.request.scheme() == "http");
    }
}

TEST_CASE("where both kinds of headers are sent, only what they agree on is taken", "[forwarded]") {
    // As behind a proxy that sets X-Forwarded-For, and passes on what the client wrote into Forwarded.
    Proxied forged;
    forged.header("Forwarded", "for=10.0.0.7;proto=https;host=evil");
    forged.header("X-Forwarded-For", "198.51.100.1");
    CHECK(forged.client() == "unknown");
    CHECK(forged.request.scheme() == "http");
    CHECK(forged.request.host() == "inner:8080");
    Proxied same;
    same.header("Forwarded", "for=198.51.100.1;proto=https;host=example.org");
    same.header("X-Forwarded-For", "198.51.100.1");
    same.header("X-Forwarded-Proto", "https");
    same.header("X-Forwarded-Host", "example.org");
    CHECK(same.client() == "198.51.100.1");
    CHECK(same.request.scheme() == "https");
    CHECK(same.request.host() == "example.org");
}

TEST_CASE("the peers of Unix sockets are trusted on their own", "[forwarded]") {
    Proxied proxied;
    proxied.data.peer = {};
    proxied.header("X-Forwarded-For", "198.51.100.1");
    CHECK(proxied.client() == "unknown");
    auto proxies = std::make_shared<detail::TrustedProxies>();
    proxies->add_unix_sockets();
    proxied.data.trusted_proxies = proxies;
    CHECK(proxied.client() == "198.51.100.1");
    CHECK_FALSE(proxies->trusts(ip("127.0.0.1")));
}

TEST_CASE("a range holds the addresses that share its first bits", "[forwarded]") {
    detail::TrustedProxies proxies;
    CHECK(proxies.empty());
    proxies.add(ip("192.0.2.128"), 25);
    proxies.add(ip("2001:db8::"), 33);
    proxies.add(ip("203.0.113.7"), 32);
    CHECK(proxies.trusts(ip("192.0.2.128")));
    CHECK(proxies.trusts(ip("192.0.2.255")));
    CHECK(proxies.trusts(ip("::ffff:192.0.2.200")));
    CHECK_FALSE(proxies.trusts(ip("192.0.2.127")));
    CHECK_FALSE(proxies.trusts(ip("192.0.3.128")));
    CHECK(proxies.trusts(ip("2001:db8:7fff::1")));
    CHECK_FALSE(proxies.trusts(ip("2001:db8:8000::1")));
    CHECK(proxies.trusts(ip("203.0.113.7")));
    CHECK_FALSE(proxies.trusts(ip("203.0.113.6")));
    CHECK_FALSE(proxies.trusts({}));
    proxies.add(ip("0.0.0.0"), 0);
    CHECK(proxies.trusts(ip("8.8.8.8")));
    CHECK_FALSE(proxies.trusts(ip("2002::1")));
    CHECK_FALSE(proxies.trusts({}));
}

namespace {

class Mirror final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers
            .inline_("who",
                     [](Request& request) {
                         const auto client = request.client_address();
                         return Response::text((client ? client->to_string() : "unknown") + " " +
                                               std::string{request.scheme()} + " " +
                                               std::string{request.host()});
                     })
            .route("GET /");
    }
};

}  // namespace

TEST_CASE("the fakes play a peer, trusted or not", "[forwarded]") {
    testing::App<Mirror> app;
    const testing::Headers headers{{"Host", "a"},
                                   {"X-Forwarded-For", "192.0.2.9"},
                                   {"X-Forwarded-Proto", "https"},
                                   {"X-Forwarded-Host", "b"}};
    const auto ask = [&](const std::string& peer, bool trusted) {
        testing::RequestOptions options;
        options.headers = headers;
        options.peer = peer;
        options.trusted_proxy = trusted;
        return app.request(options).body();
    };
    CHECK(app.get("/", headers).body() == "127.0.0.1 http a");
    CHECK(ask("192.0.2.1", false) == "192.0.2.1 http a");
    CHECK(ask("::1", true) == "192.0.2.9 https b");
    CHECK(ask("", true) == "192.0.2.9 https b");
    CHECK(ask("", false) == "unknown http a");
}
