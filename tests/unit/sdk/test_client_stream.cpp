// Bodies that an HttpClient's caller takes piece by piece.
#include "local_server.hpp"
#include "test_host.hpp"

#include <patchbay/http_client.hpp>
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace patchbay;
using namespace patchbay::test;

namespace {

std::string large_text() {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + ' ';
    return text;
}

std::optional<LocalServer::Answer> serve_large(const LocalRequest& request) {
    LocalServer::Answer answer = ok(large_text(), "X-A: 1\r\n");
    if (request.target() == "/missing") answer = {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"};
    if (request.target() == "/cut") answer = {answer.bytes.substr(0, answer.bytes.size() / 2), true};
    return answer;
}

struct Received {
    std::string text;
    std::size_t largest = 0;
    int pieces = 0;
    http::status status{};
};

Task<ClientResponse> receive(const HttpClient& client, std::string url, Received& received) {
    return client.send({http::verb::get, url},
                       [&received](const ClientResponse& head, std::string_view piece) -> Task<> {
                           received.text += piece;
                           received.largest = std::max(received.largest, piece.size());
                           received.status = head.status();
                           if (++received.pieces % 20 == 0) co_await sleep_for(1ms);
                       });
}

TEST_CASE("a body of any size is received in pieces, and the connection is kept") {
    TestHost host;
    const LocalServer server{serve_large};
    const HttpClient client{{.max_body = 10}};
    Received received;
    const ClientResponse answer = host.run(receive(client, server.url("/"), received));
    CHECK(answer.ok());
    CHECK(answer.header("X-A") == "1");
    CHECK(answer.body().empty());
    CHECK(received.text == large_text());
    CHECK(received.largest <= 65'536);
    CHECK(received.status == http::status::ok);

    Received missing;
    CHECK_FALSE(host.run(receive(client, server.url("/missing"), missing)).ok());
    CHECK(missing.text == "no");
    CHECK(missing.status == http::status::not_found);
    CHECK(server.connections() == 1);
    CHECK(host.wait_for_quiet());
}

TEST_CASE("a body that is cut short, or that nobody takes to its end, ends the connection") {
    TestHost host;
    const LocalServer server{serve_large};
    const HttpClient client;
    Received received;
    try {
        host.run(receive(client, server.url("/cut"), received));
        FAIL("it was taken for a whole one");
    } catch (const HttpClientError& error) {
        CHECK(error.kind() == HttpClientError::Kind::closed);
    }
    CHECK(large_text().starts_with(received.text));
    CHECK(server.requests() == 1);  // what has begun is not made anew

    const auto refuse = [](const ClientResponse&, std::string_view) -> Task<> {
        throw std::runtime_error{"enough"};
        co_return;
    };
    CHECK_THROWS_WITH(host.run(client.send({http::verb::get, server.url("/")}, refuse)), "enough");
    CHECK(eventually([&] { return server.ended() == 2; }));
    const auto dawdle = [](const ClientResponse&, std::string_view) {
        return with_timeout(sleep_for(1h), 1ms);
    };
    CHECK_THROWS_AS(host.run(client.send({http::verb::get, server.url("/")}, dawdle)), TimedOut);
    CHECK(host.wait_for_quiet());
}

class Relay final : public Plugin {
public:
    explicit Relay(const Settings& settings) : url_{settings.get<std::string>("url", "")} {}
    void add_handlers(Handlers& handlers) override {
        handlers.async("relay", [this](Request&) { return relay(); }).route("GET /relay");
    }

private:
    Task<Response> relay() {
        co_return Response::stream([this](BodyWriter& out) -> Task<> {
            ClientRequest request{http::verb::get, url_};
            const auto pass_on = [&out](const ClientResponse&, std::string_view piece) {
                return out.write(piece);
            };
            co_await client_.send(std::move(request), pass_on);
        });
    }

    const std::string url_;
    const HttpClient client_;
};

TEST_CASE("what is received can be sent on") {
    const LocalServer server{serve_large};
    testing::App<Relay> app{{{"url", server.url("/")}}};
    CHECK(app.get("/relay").body() == large_text());
}

}  // namespace
