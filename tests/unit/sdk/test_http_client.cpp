// HttpClient against a server on a loopback port: what is sent and read, and which connections are used.
#include "local_server.hpp"
#include "test_host.hpp"

#include <patchbay/http_client.hpp>
#include <patchbay/testing.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <iterator>
#include <latch>

using namespace patchbay;
using namespace patchbay::test;
using Kind = HttpClientError::Kind;

namespace {

std::string echo_of(const LocalRequest& request) {
    std::string text{request.method_string()};
    text.append(" ").append(request.target()).append("\n");
    for (const auto& field : request)
        text.append(field.name_string()).append(": ").append(field.value()).append("\n");
    return text + "\n" + request.body();
}

std::optional<LocalServer::Answer> echo(const LocalRequest& request) { return ok(echo_of(request)); }

LocalServer::Handle always(const std::string& bytes, bool close = false) {
    return [bytes, close](const LocalRequest&) { return LocalServer::Answer{bytes, close}; };
}
std::optional<LocalServer::Answer> never(const LocalRequest&) { return std::nullopt; }

/// The kind of error that a call ends with, and its text without what stands before the first ": ".
struct Failure {
    std::optional<Kind> kind;
    std::string text;
};
Failure failure_of(TestHost& host, Task<ClientResponse> call) {
    try {
        host.run(std::move(call));
    } catch (const HttpClientError& error) {
        const std::string text = error.what();
        return {error.kind(), text.substr(text.find(": ") + 2)};
    }
    return {};
}

TEST_CASE("a call sends what it was given, and gives what came back") {
    TestHost host;
    const LocalServer server{echo};
    const HttpClient client{{.user_agent = "tests"}};
    const std::string address = server.url("").substr(7);

    ClientResponse got = host.run(client.get(server.url("/a%20b?x=1#top")));
    CHECK(got.status() == http::status::ok);
    CHECK(got.ok());
    CHECK(got.body() == "GET /a%20b?x=1\nHost: " + address + "\nUser-Agent: tests\n\n");
    CHECK(got.header("content-length") == std::to_string(got.body().size()));
    CHECK(got.header(http::field::location) == std::nullopt);

    got = host.run(client.post(server.url("/"), "hi", "text/plain"));
    CHECK(got.body() == "POST /\nHost: " + address +
                            "\nUser-Agent: tests\nContent-Type: text/plain\nContent-Length: 2\n\nhi");
    got = host.run(client.post_json(server.url("/"), {{"a", 1}}));
    CHECK(got.body().ends_with("Content-Type: application/json\nContent-Length: 7\n\n{\"a\":1}"));

    ClientRequest request{http::verb::put, server.url("/x")};
    request.header("X-Tag", "a").header("X-Tag", "b").header("User-Agent", "mine");
    got = host.run(client.send(request));
    CHECK(got.body() ==
          "PUT /x\nHost: " + address + "\nX-Tag: a\nX-Tag: b\nUser-Agent: mine\nContent-Length: 0\n\n");
    CHECK(server.connections() == 1);
}

TEST_CASE("answers are read however they are framed") {
    TestHost host;
    const HttpClient client;
    const auto body_of = [&](const std::string& bytes, bool close = false) {
        const LocalServer server{always(bytes, close)};
        return host.run(client.get(server.url("/"))).body();
    };
    CHECK(body_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "ok");
    CHECK(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n") ==
          "ok");
    CHECK(body_of("HTTP/1.1 200 OK\r\n\r\nok", true) == "ok");
    CHECK(body_of("HTTP/1.0 200 OK\r\n\r\nok", true) == "ok");
    CHECK(body_of("HTTP/1.1 204 No Content\r\n\r\n").empty());
    CHECK(body_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").empty());
    CHECK(body_of("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "ok");

    const LocalServer to_head{always("HTTP/1.1 299 Odd\r\nContent-Length: 99999999\r\nX-A: 1\r\n\r\n")};
    const ClientResponse head = host.run(client.send({http::verb::head, to_head.url("/")}));
    CHECK(head.status_code() == 299);
    CHECK(head.header("x-a") == "1");
    CHECK(head.body().empty());

    const LocalServer trailing{
        always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n0\r\nX-Late: 1\r\n\r\n")};
    CHECK(host.run(client.get(trailing.url("/"))).header("X-Late") == std::nullopt);
}

TEST_CASE("an answer's body is read as JSON") {
    TestHost host;
    const HttpClient client;
    const LocalServer server{[](const LocalRequest& request) {
        return ok(request.target() == "/json" ? R"({"a": [1]})" : "<html>");
    }};
    CHECK(host.run(client.get(server.url("/json"))).json().at("a").at(0) == 1);
    CHECK_THROWS_WITH(host.run(client.get(server.url("/html"))).json(),
                      "GET " + server.url("") + ": the answer's body is no JSON");
}

TEST_CASE("what is no answer is an error that says what it is, and never where") {
    TestHost host;
    const HttpClient client{{.max_body = 10, .retries = 0}};
    const auto fails = [&](const std::string& bytes, bool close = false) {
        const LocalServer server{always(bytes, close)};
        return failure_of(host, client.get(server.url("/secret?token=secret")));
    };
    const auto check = [](const Failure& failure, Kind kind, const std::string& text) {
        CHECK(failure.kind == kind);
        CHECK(failure.text.starts_with(text));
        CHECK(failure.text.find("secret") == std::string::npos);
    };
    check(fails("220 mail.example.com ESMTP\r\n"), Kind::protocol, "the answer is no HTTP/1 response: ");
    check(fails("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Kind::protocol, "the server switches");
    check(fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), Kind::protocol,
          "the answer has a transfer coding");
    check(fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\nContent-Length: 2\r\n\r\nok"), Kind::protocol,
          "the answer has a transfer coding");
    check(fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
          Kind::protocol, "the answer is no HTTP/1 response: ");
    check(fails("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), Kind::too_large,
          "the answer's body is larger than 10 bytes");
    check(fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"),
          Kind::too_large, "the answer's body");
    check(fails("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"), Kind::too_large,
          "the answer's head is larger than 65536 bytes");
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string endless(200'000, 'x');
    for (const char* start : {"1;", "1\r\no\r\n0\r\nX: "}) {
        check(fails(chunked + start + endless), Kind::too_large,
              "a chunk's line or the trailer of the answer is larger than 65536 bytes");
    }
    check(fails("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", true), Kind::closed,
          "the connection ended in the middle of the answer");
    check(fails("HTTP/1.1 200", true), Kind::closed, "the connection ended in the middle of the answer");
    check(fails("", true), Kind::closed, "the connection ended before the answer began");
}

std::ptrdiff_t threads() { return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}); }

TEST_CASE("an address is not looked up by the resolver's thread, where it would wait behind names") {
    TestHost host;
    const HttpClient client;
    const std::ptrdiff_t before = threads();
    CHECK(failure_of(host, client.get("http://127.0.0.1:1/")).kind == Kind::connect);
    CHECK(failure_of(host, client.get("http://[::1]:1/")).kind == Kind::connect);
    CHECK(threads() == before);
    CHECK(failure_of(host, client.get("http://localhost:1/")).kind == Kind::connect);
    CHECK(threads() == before + 1);
}

TEST_CASE("who can't be connected to is said") {
    TestHost host;
    const HttpClient client;
    unsigned short port = 0;
    {
        asio::io_context loop;
        const asio::ip::tcp::acceptor free{loop, {asio::ip::address_v4::loopback(), 0}};
        port = free.local_endpoint().port();
    }
    const std::string nobody = "http://127.0.0.1:" + std::to_string(port);
    CHECK_THROWS_WITH(host.run(client.get(nobody + "/x?y")),
                      "GET " + nobody + ": can't connect: Connection refused");
    CHECK(failure_of(host, client.get(nobody)).kind == Kind::connect);
    const Failure unknown = failure_of(host, client.get("http://no-such-host.invalid/"));
    CHECK(unknown.kind == Kind::resolve);
    CHECK(unknown.text.starts_with("the host can't be looked up: "));
    const LocalServer server{echo};
    CHECK(host.run(client.get(server.url("/", "localhost"))).ok());
}

TEST_CASE("a connection is kept for the next call, unless the answer says otherwise") {
    TestHost host;
    const HttpClient client;
    const auto connections = [&](const std::string& bytes, bool close = false) {
        const LocalServer server{always(bytes, close)};
        for (int i = 0; i < 3; ++i) host.run(client.get(server.url("/")));
        return server.connections();
    };
    CHECK(connections(ok().bytes) == 1);
    CHECK(connections("HTTP/1.1 204 No Content\r\n\r\n") == 1);
    CHECK(connections(ok("ok", "Connection: close\r\n").bytes) == 3);
    CHECK(connections("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok") == 3);
    CHECK(connections("HTTP/1.1 200 OK\r\n\r\nok", true) == 3);
    // More than was asked for: the next answer could be anybody's.
    CHECK(connections(ok().bytes + ok("stray").bytes) == 3);
}

TEST_CASE("a connection without a call keeps nothing of the plugin, and is closed in time") {
    TestHost host;
    const LocalServer server{echo};
    {
        const HttpClient brief{{.idle_timeout = 20ms}};
        host.run(brief.get(server.url("/")));
        CHECK(host.wait_for_quiet());
        CHECK(eventually([&] { return server.ended() == 1; }));
        host.run(brief.get(server.url("/")));
        CHECK(eventually([&] { return server.ended() == 2; }));
    }
    {
        const HttpClient client;
        host.run(client.get(server.url("/")));
        CHECK(host.wait_for_quiet());
        CHECK(server.ended() == 2);
    }
    CHECK(eventually([&] { return server.ended() == 3; }));  // with the client

    const HttpClient hoarding_none{{.max_idle_connections = 0}};
    host.run(hoarding_none.get(server.url("/")));
    CHECK(eventually([&] { return server.ended() == 4; }));
}

TEST_CASE("each event loop has connections of its own") {
    TestHost host{2};
    const LocalServer server{echo};
    const HttpClient client;
    for (const unsigned loop : {0u, 1u, 0u, 1u}) host.run(client.get(server.url("/")), loop);
    CHECK(server.connections() == 2);
}

TEST_CASE("a connection that the server has closed meanwhile is not used") {
    TestHost host;
    const LocalServer server{always(ok().bytes, true)};
    const HttpClient client{{.retries = 0}};
    for (int i = 1; i <= 3; ++i) {
        CHECK(host.run(client.post(server.url("/"), "x", "text/plain")).ok());
        CHECK(eventually([&] { return server.ended() == i; }));
    }
    CHECK(server.requests() == 3);
}

// Answers every second request, and closes the connection on the others.
LocalServer::Handle every_second(std::atomic<int>& requests, int answered) {
    return [&requests, answered](const LocalRequest&) {
        return ++requests % 2 == answered ? ok() : LocalServer::Answer{"", true};
    };
}

TEST_CASE("an idempotent call is made anew when the connection ends before the answer begins") {
    TestHost host;
    std::atomic<int> requests = 0;
    const LocalServer server{every_second(requests, 0)};
    const HttpClient client;
    CHECK(host.run(client.get(server.url("/"))).ok());
    CHECK(requests == 2);
    const Failure failure = failure_of(host, client.send({http::verb::delete_, server.url("/")}));
    CHECK_FALSE(failure.kind);
    CHECK(requests == 4);

    const HttpClient without{{.retries = 0}};
    CHECK(failure_of(host, without.get(server.url("/"))).kind == Kind::closed);
    CHECK(requests == 5);
}

TEST_CASE("a call that may not be repeated is not") {
    TestHost host;
    std::atomic<int> requests = 0;
    const LocalServer server{every_second(requests, 1)};
    const HttpClient client;
    CHECK(host.run(client.get(server.url("/"))).ok());
    CHECK(failure_of(host, client.post(server.url("/"), "x", "text/plain")).kind == Kind::closed);
    CHECK(requests == 2);
    CHECK(server.connections() == 1);  // it was the kept one
}

TEST_CASE("a call on a kept connection that its server just closes counts as no retry") {
    TestHost host;
    std::atomic<int> requests = 0;
    const LocalServer server{every_second(requests, 1)};
    const HttpClient client{{.retries = 0}};
    CHECK(host.run(client.get(server.url("/"))).ok());
    CHECK(host.run(client.get(server.url("/"))).ok());
    CHECK(requests == 3);
    CHECK(server.connections() == 2);
}

TEST_CASE("an answer is read although its server has not taken the whole request") {
    TestHost host;
    asio::io_context loop;
    asio::ip::tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
    std::thread impatient{[&] {
        asio::ip::tcp::socket socket = acceptor.accept();
        std::string head(1000, ' ');
        socket.read_some(asio::buffer(head));
        const std::string answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
        asio::write(socket, asio::buffer(answer));
    }};
    const HttpClient client;
    const std::string url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    const ClientResponse answer = host.run(client.post(url, std::string(50 << 20, 'x'), "text/plain"));
    impatient.join();
    CHECK(answer.status() == http::status::payload_too_large);
}

// A server whose answers wait until they are let go.
struct HeldBack {
    std::atomic<int> arrived = 0;
    std::atomic<int> most = 0;
    std::atomic<int> under_way = 0;
    std::latch go{1};
    std::mutex mutex;
    std::string order;
    LocalServer server{[this](const LocalRequest& request) {
        const int now = ++under_way;
        most = std::max(most.load(), now);
        {
            const std::scoped_lock lock{mutex};
            order += request.target();
        }
        ++arrived;
        if (!eventually([&] { return go.try_wait(); })) throw std::runtime_error{"never let go"};
        --under_way;
        return ok();
    }};
};

TEST_CASE("calls beyond a host's limit wait in their order, and no more than may wait") {
    TestHost host;
    HeldBack held;
    const HttpClient client{{.max_connections_per_host = 1, .max_waiting_per_host = 2}};
    const auto first = host.start(client.get(held.server.url("/1")));
    REQUIRE(eventually([&] { return held.arrived == 1; }));
    const auto second = host.start(client.get(held.server.url("/2")));
    const auto third = host.start(client.get(held.server.url("/3")));
    const Failure fourth = failure_of(host, client.get(held.server.url("/4")));
    CHECK(fourth.kind == Kind::queue_full);
    CHECK(fourth.text == "2 calls wait for a connection already");
    const LocalServer other{echo};
    CHECK(host.run(client.get(other.url("/"))).ok());  // another host's calls don't wait

    held.go.count_down();
    CHECK(first->get().ok());
    CHECK(second->get().ok());
    CHECK(third->get().ok());
    CHECK(held.order == "/1/2/3");
    CHECK(held.most == 1);
    CHECK(held.server.connections() == 1);
}

TEST_CASE("who is cancelled while it waits leaves its place to the next") {
    TestHost host;
    HeldBack held;
    const HttpClient client{{.max_connections_per_host = 1}};
    const auto first = host.start(client.get(held.server.url("/1")));
    REQUIRE(eventually([&] { return held.arrived == 1; }));
    const auto second = host.start(client.get(held.server.url("/2")));
    const auto third = host.start(client.get(held.server.url("/3")));
    ClientRequest hasty{http::verb::get, held.server.url("/4")};
    CHECK(failure_of(host, client.send(hasty.timeout(1ms))).kind == Kind::timeout);
    second->stop();
    CHECK_THROWS_AS(second->get(), boost::system::system_error);
    held.go.count_down();
    CHECK(first->get().ok());
    CHECK(third->get().ok());
    CHECK(held.order == "/1/3");
}

TEST_CASE("a caller that is cancelled closes its connection") {
    TestHost host;
    const LocalServer server{never};
    const HttpClient client;
    const auto running = host.start(client.get(server.url("/")));
    REQUIRE(eventually([&] { return server.requests() == 1; }));
    running->stop();
    try {
        running->get();
        FAIL("it was not cancelled");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::operation_aborted);
    }
    CHECK(eventually([&] { return server.ended() == 1; }));
    CHECK(host.wait_for_quiet());
}

Task<ClientResponse> call_by(const HttpClient& client, std::string url, std::chrono::nanoseconds limit) {
    detail::TaskContext& context = co_await detail::ContextTag{};
    context.deadline = std::chrono::steady_clock::now() + limit;
    co_return co_await client.get(url);
}

TEST_CASE("a call ends with the first of its timeouts, and with the deadline of its caller") {
    TestHost host;
    const LocalServer server{never};
    const HttpClient client{{.timeout = 30ms}};
    const Failure late = failure_of(host, client.get(server.url("/")));
    CHECK(late.kind == Kind::timeout);
    CHECK(late.text == "no complete answer within 30 ms");

    const HttpClient patient;
    ClientRequest hasty{http::verb::get, server.url("/")};
    CHECK(failure_of(host, patient.send(hasty.timeout(20ms))).text == "no complete answer within 20 ms");
    const Failure past_deadline = failure_of(host, call_by(patient, server.url("/"), 20ms));
    CHECK(past_deadline.kind == Kind::timeout);
    CHECK(past_deadline.text == "no complete answer before the caller's deadline");
    CHECK(eventually([&] { return server.ended() == 3; }));

    const int before = server.connections();
    CHECK(failure_of(host, call_by(patient, server.url("/"), -1ns)).kind == Kind::timeout);
    CHECK(server.connections() == before);

    // Of TLS it understands nothing, and says so only once it has read a whole head.
    asio::io_context loop;
    asio::ip::tcp::acceptor silent{loop, {asio::ip::address_v4::loopback(), 0}};
    const HttpClient secure{{.connect_timeout = 30ms}};
    const std::string url = "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
    const Failure unconnected = failure_of(host, secure.get(url));
    CHECK(unconnected.kind == Kind::timeout);
    CHECK(unconnected.text == "no connection within 30 ms");
}

TEST_CASE("options that make no sense are refused") {
    CHECK_THROWS_WITH((HttpClient{{.timeout = 0s}}),
                      "patchbay: HttpClientOptions::timeout must be positive, and at most 24h");
    CHECK_THROWS_AS((HttpClient{{.connect_timeout = std::chrono::nanoseconds::max()}}),
                    std::invalid_argument);
    CHECK_THROWS_AS((HttpClient{{.max_connections_per_host = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((HttpClient{{.user_agent = "a\r\nEvil: yes"}}), std::invalid_argument);
    CHECK_THROWS_WITH((HttpClient{{.ca_file = "/nonexistent.pem"}}),
                      Catch::StartsWith("patchbay: the CA file '/nonexistent.pem' can't be read: "));
}

class Caller final : public Plugin {
public:
    explicit Caller(const Settings& settings) : url_{settings.get<std::string>("url", "")} {}
    void add_handlers(Handlers& handlers) override {
        handlers.async("call", [this](Request& request) { return call(request); }).route("GET /call");
        handlers.async("side_by_side", [this](Request&) { return side_by_side(); })
            .route("GET /side_by_side");
        handlers.async("own", [this](Request&) { return own(); }).route("GET /own");
        handlers.async("none", [this](Request&) { return none(); }).route("GET /none");
        handlers.websocket("socket", [this](Request&, WebSocket&) { return socket(); }).route("GET /socket");
    }

private:
    Task<Response> call(Request&) {
        const ClientResponse answer = co_await client_.get(url_);
        co_return Response::text(answer.body());
    }
    Task<Response> side_by_side() {
        auto [answer, nothing] = co_await when_all(client_.get(url_), sleep_for(1ms));
        co_return Response::text(answer.body());
    }
    Task<Response> own() {
        ClientRequest request{http::verb::get, url_};
        request.header("traceparent", "mine");
        const ClientResponse answer = co_await client_.send(std::move(request));
        co_return Response::text(answer.body());
    }
    Task<> socket() {
        const ClientResponse answer = co_await client_.get(url_);
        throw HttpError{http::status::conflict, answer.body()};
    }
    Task<Response> none() {
        const ClientResponse answer = co_await secretive_.get(url_);
        co_return Response::text(answer.body());
    }

    const std::string url_;
    HttpClient client_;
    HttpClient secretive_{{.propagate_trace = false}};
};

TEST_CASE("the trace of the request whose handler calls is passed on") {
    const LocalServer server{echo};
    testing::App<Caller> app{{{"url", server.url("/")}}};
    const testing::Headers trace{{"TraceParent", "00-1-2-01"}, {"tracestate", "a=b"}, {"X-Other", "1"}};
    for (const char* target : {"/call", "/side_by_side"}) {
        const std::string sent = app.get(target, trace).body();
        CHECK(sent.find("traceparent: 00-1-2-01\ntracestate: a=b\n") != std::string::npos);
        CHECK(sent.find("X-Other") == std::string::npos);
    }
    CHECK(app.get("/socket", trace).body().find("traceparent: 00-1-2-01") != std::string::npos);
    CHECK(app.get("/own", trace).body().find("traceparent: mine\n") != std::string::npos);
    CHECK(app.get("/own", trace).body().find("00-1-2-01") == std::string::npos);
    CHECK(app.get("/none", trace).body().find("trace") == std::string::npos);
    CHECK(app.get("/call", {{"traceparent", std::string(513, 'x')}}).body().find("trace") ==
          std::string::npos);
    CHECK(app.get("/call").body().find("trace") == std::string::npos);
    CHECK(app.leases() == 0);
}

}  // namespace
