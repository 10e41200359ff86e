// Filters that plugins bring, around handlers of their own and of others, in the real binary.
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/server_process.hpp"
#include "support/websocket_client.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <string>

using namespace patchbay::test;

namespace {

// The guard's home is the first loop, the reader's the second.
const std::string base = "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 10ms}\n";

const PluginFile guard{test_plugin("guard_a"), "guard.so"};
const PluginFile reader{test_plugin("reader"), "reader.so"};

std::string request(std::string_view method, std::string_view target, std::string_view headers) {
    return std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" +
           std::string{headers} + "\r\n";
}

HttpResponse ask(HttpClient& client, std::string_view target, std::string_view headers = {}) {
    client.send(request("GET", target, headers));
    return client.read_response();
}

constexpr std::string_view ada = "X-User: Ada\r\n";
constexpr std::array<std::string_view, 5> readers{"await", "inline", "blocking", "stream", "stream_blocking"};

std::string routes_with(std::string_view filters) {
    std::string yaml = "routes:\n";
    for (const std::string_view name : readers)
        yaml += "  - {handler: reader." + std::string{name} + ", filters: [" + std::string{filters} + "]}\n";
    return yaml;
}

std::string count_of(const ServerProcess& server) {
    HttpClient client{server.port()};
    return client.get("/guard/count").body;
}

}  // namespace

TEST_CASE("a filter guards handlers of every kind, of another plugin, and hands them a value") {
    const ServerProcess server{base + routes_with("guard.user, guard.slow"), {guard, reader}};
    for (int client_number = 0; client_number < 4; ++client_number) {
        HttpClient client{server.port()};
        for (const std::string_view name : readers) {
            INFO(name);
            const std::string target = "/reader/" + std::string{name};
            const HttpResponse let_in = ask(client, target, ada);
            CHECK(let_in.status == 200);
            CHECK(let_in.body == (name == "stream" ? "I am Ada, still" : "I am Ada"));
            CHECK(let_in.header("x-guard") == "aa");
            CHECK(let_in.header("x-slow") == "a");
            const HttpResponse refused = ask(client, target);
            CHECK(refused.status == 401);
            CHECK(refused.body == "who are you?");
            CHECK(refused.header("x-guard") == "-a");
            CHECK(refused.header("x-slow").empty());  // it was never entered
        }
        CHECK(ask(client, "/reader/fail").header("x-guard").empty());
    }
}

TEST_CASE("a handler's own filter needs no configuration, and pipelined requests keep their order") {
    const ServerProcess server{base, {guard, reader}};
    HttpClient client{server.port()};
    client.send(request("GET", "/guard/whoami", ada) + request("GET", "/guard/whoami", "") +
                request("GET", "/guard/whoami", "X-User: Bob\r\n") + request("GET", "/guard/unguarded", ada));
    CHECK(client.read_response().body == "Ada");
    CHECK(client.read_response().status == 401);
    CHECK(client.read_response().body == "Bob");
    CHECK(client.read_response().status == 500);  // it asks for what nobody has attached
    server.wait_for_log("no filter has attached a guard::User");
}

TEST_CASE("the host's filters keep their place among those of plugins") {
    const ServerProcess server{base +
                                   "filters:\n"
                                   "  few: {rate_limit: {requests: 1, per: 1h}}\n"
                                   "  safe: {security_headers: {}}\n"
                                   "  app: {cors: {origins: ['https://app.example']}}\n"
                                   "routes:\n"
                                   "  - {handler: reader.await, filters: [guard.user, few, safe, app]}\n",
                               {guard, reader}};
    HttpClient client{server.port()};
    CHECK(ask(client, "/reader/await").status == 401);  // the limit does not count these
    const HttpResponse refused = ask(client, "/reader/await");
    CHECK(refused.status == 401);
    CHECK(refused.header("x-content-type-options") == "nosniff");
    CHECK(ask(client, "/reader/await", ada).status == 200);
    const HttpResponse limited = ask(client, "/reader/await", ada);
    CHECK(limited.status == 429);
    CHECK(limited.header("x-guard") == "aa");
    client.send(request("OPTIONS", "/reader/await",
                        "Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n"));
    CHECK(client.read_response().status == 204);  // a preflight carries no credentials
}

TEST_CASE("what a filter throws is answered, logged and kept from the client; those outside see the answer") {
    const ServerProcess server{base +
                                   "routes:\n"
                                   "  - {handler: reader.inline, filters: [guard.spy, guard.throws_before]}\n"
                                   "  - {handler: reader.await, filters: [guard.spy, guard.throws_after]}\n"
                                   "  - {handler: reader.fail, filters: [guard.spy]}\n",
                               {guard, reader}};
    HttpClient client{server.port()};
    const HttpResponse before = ask(client, "/reader/inline");
    CHECK(before.status == 500);
    CHECK(before.header("x-seen") == "500");
    CHECK(before.header("x-not-entered").empty());
    CHECK(before.body.find("secret") == std::string::npos);
    server.wait_for_log("filter throws_before failed: a secret of the before");
    const HttpResponse http = ask(client, "/reader/inline?what=http");
    CHECK(http.status == 403);
    CHECK(http.body.find("Not you.") != std::string::npos);
    const HttpResponse after = ask(client, "/reader/await");
    CHECK(after.status == 500);
    CHECK(after.header("x-seen") == "500");
    server.wait_for_log("filter throws_after failed: a secret of the after");
    CHECK(ask(client, "/reader/fail").header("x-seen") == "500");
}

TEST_CASE("a plugin's own error pages and exceptions") {
    const ServerProcess server{base + "routes: [{handler: reader.fail, filters: [guard.spy]}]\n",
                               {guard, reader}};
    HttpClient client{server.port()};
    const HttpResponse missing = ask(client, "/reader/fail?what=missing");
    CHECK(missing.status == 410);
    CHECK(missing.body == "nothing at /reader/fail");
    CHECK(missing.header("x-seen") == "410");
    const HttpResponse lost = ask(client, "/reader/fail?what=http");
    CHECK(lost.status == 404);
    CHECK(lost.body == "<h1>lost</h1>");
    CHECK(ask(client, "/nowhere").body != "<h1>lost</h1>");
    CHECK(server.log().find("private reason") == std::string::npos);
}

TEST_CASE("global filters of a plugin see what no route answers, and may answer it") {
    const ServerProcess server{base + "global_filters: [guard.spy, guard.user]\n", {guard, reader}};
    HttpClient client{server.port()};
    CHECK(ask(client, "/nowhere").status == 401);
    const HttpResponse lost = ask(client, "/nowhere", ada);
    CHECK(lost.status == 404);
    CHECK(lost.header("x-seen") == "404");
    CHECK(lost.header("x-guard") == "aa");
    client.send(request("DELETE", "/guard/../reader/nowhere", ada));
    CHECK(client.read_response().status == 404);
    client.send(request("BREW", "/", ada));
    CHECK(client.read_response().status == 501);
    client.send(request("POST", "/nowhere", "Content-Length: 100\r\n"));  // whose body is not waited for
    CHECK(client.read_response().status == 401);
    CHECK(client.closed());
}

TEST_CASE("an after may replace any answer, with a stream too") {
    const ServerProcess server{base +
                                   "routes:\n"
                                   "  - {handler: reader.stream, filters: [guard.replace]}\n"
                                   "  - {handler: reader.await, filters: [guard.streams]}\n"
                                   "  - {handler: reader.stream_blocking, filters: [guard.streams]}\n",
                               {guard, reader}};
    HttpClient client{server.port()};
    CHECK(ask(client, "/reader/stream").body == "replaced");
    CHECK(ask(client, "/reader/await").body == "streamed by the filter");
    CHECK(ask(client, "/reader/stream_blocking").body == "streamed by the filter");
    client.send(request("HEAD", "/reader/await", ""));
    CHECK(client.read_response(true).status == 200);
    CHECK(ask(client, "/reader/stream").body == "replaced");
}

TEST_CASE("a filter sees the whole body, and a streamed one is left to the handler") {
    const ServerProcess server{base +
                                   "routes:\n"
                                   "  - {handler: reader.await, filters: [guard.body]}\n"
                                   "  - {handler: reader.upload, filters: [guard.user, guard.slow]}\n",
                               {guard, reader}};
    HttpClient client{server.port()};
    client.send("POST /reader/await HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n12");
    client.send("345");
    CHECK(client.read_response().body == "5");
    client.send("POST /reader/upload HTTP/1.1\r\nHost: test\r\nX-User: Ada\r\nContent-Length: 6\r\n\r\n12");
    client.send("3456");
    const HttpResponse read = client.read_response();
    CHECK(read.body == "I am Ada, 6");
    CHECK(read.header("x-slow") == "a");
    client.send("POST /reader/upload HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\n12");
    CHECK(client.read_response().status == 401);
    CHECK(client.closed());  // the rest of the body was never read
}

TEST_CASE("a filter that hangs, and a handler behind filters, fall under the route's timeout") {
    const ServerProcess server{
        base +
            "filters: {safe: {security_headers: {}}}\n"
            "routes:\n"
            "  - {handler: reader.await, timeout: 100ms, filters: [guard.counted, guard.hang, safe]}\n"
            "  - {handler: reader.hang, timeout: 100ms, filters: [guard.counted]}\n",
        {guard, reader}};
    HttpClient first{server.port()};
    const HttpResponse late = ask(first, "/reader/await");
    CHECK(late.status == 504);
    CHECK(late.header("x-content-type-options") == "nosniff");
    HttpClient second{server.port()};
    CHECK(ask(second, "/reader/hang").status == 504);
    CHECK(eventually([&] { return count_of(server) == "0 alive, 0 strays"; }));
}

TEST_CASE("attached values end on their plugin's loop, also when the client leaves") {
    const ServerProcess server{base + routes_with("guard.counted, guard.slow") +
                                   "  - {handler: reader.hang, filters: [guard.counted]}\n",
                               {guard, reader}};
    for (int round = 0; round < 4; ++round) {
        HttpClient client{server.port()};
        for (const std::string_view name : readers)
            CHECK(ask(client, "/reader/" + std::string{name}).status == 200);
        CHECK(ask(client, "/guard/alone").status == 200);
        HttpClient leaving{server.port()};
        leaving.send(request("GET", "/reader/hang", ""));
        CHECK(eventually([&] { return count_of(server) == "1 alive, 0 strays"; }));
        leaving.reset();
        CHECK(eventually([&] { return count_of(server) == "0 alive, 0 strays"; }));
    }
}

TEST_CASE("without its filter a route stays shut") {
    ServerProcess server{base + routes_with("guard.user"), {guard, reader}};
    HttpClient client{server.port()};
    CHECK(ask(client, "/reader/inline", ada).status == 200);
    // The head of this one is there while the filter still is.
    HttpClient slow{server.port()};
    slow.send("POST /reader/inline HTTP/1.1\r\nHost: test\r\nX-User: Ada\r\nContent-Length: 2\r\n\r\n1");
    std::filesystem::remove(server.plugins() / "guard.so");
    server.wait_for_log(
        "no plugin 'guard' is loaded for the filter guard.user: what it guards is answered "
        "with 503");
    server.wait_for_log("guard removed");  // from here on no loop leads there
    const HttpResponse shut = ask(client, "/reader/inline", ada);
    CHECK(shut.status == 503);
    CHECK(!shut.header("retry-after").empty());
    CHECK(ask(client, "/reader/fail").status == 500);  // which has no filters
    slow.send("2");
    CHECK(slow.read_response().status == 503);
    server.wait_for_log("unmapped in");
    server.install(test_plugin("guard_b"), "guard.so");
    server.wait_for_log("guard 2.0.0 gen 2 serving");
    CHECK(ask(client, "/reader/inline", ada).header("x-guard") == "bb");
}

TEST_CASE("a filter that its plugin does not have is an error that says where") {
    ServerProcess server{base + routes_with("guard.usr"), {reader, guard}};
    server.wait_for_log(".yaml:");
    server.wait_for_log(
        "routes[0].filters[0]: plugin guard 1.0.0 has no filter 'usr'; did you mean 'guard.user'?");
    HttpClient client{server.port()};
    CHECK(ask(client, "/reader/inline", ada).status == 503);
    server.reconfigure(base + routes_with("guard.user"));
    server.wait_for_log("guard 1.0.0 gen 1 serving");
    CHECK(ask(client, "/reader/inline", ada).status == 200);
}

TEST_CASE("a request ends with the build of the filter that it began with") {
    ServerProcess server{
        base +
            "routes: [{handler: reader.hang, timeout: 10s, filters: [guard.user, guard.counted]},\n"
            "  {handler: reader.upload, filters: [guard.user]}]\n",
        {guard, reader}};
    HttpClient client{server.port()};
    client.send(
        "POST /reader/upload HTTP/1.1\r\nHost: test\r\nX-User: Ada\r\nContent-Length: 2\r\nExpect: "
        "100-continue\r\n\r\n");
    CHECK(client.read_response().status == 100);  // the handler reads: the filter has let it pass
    server.install(test_plugin("guard_b"), "guard.so");
    server.wait_for_log("guard 2.0.0 gen 2 serving");
    CHECK(server.log().find("unmapped") == std::string::npos);
    client.send("12");
    const HttpResponse answer = client.read_response();
    CHECK(answer.body == "I am Ada, 2");
    CHECK(answer.header("x-guard") == "aa");
    server.wait_for_log("unmapped in");
}

TEST_CASE("a WebSocket counts as one in the log, for its filters' plugins and for its own") {
    ServerProcess server{base + "routes: [{handler: sockets.echo, filters: [guard.counted]}]\n",
                         {guard, {test_plugin("sockets_1"), "sockets.so"}}};
    WebSocketClient client{server.port(), "/echo"};
    server.install(test_plugin("guard_b"), "guard.so");
    CHECK_THAT(server.wait_for_log("guard 2.0.0 gen 2 serving"),
               Catch::EndsWith(" gen 1 draining 1 WebSocket"));
    server.install(test_plugin("sockets_2"), "sockets.so");
    CHECK_THAT(server.wait_for_log("sockets 1.0.0 gen 2 serving"),
               Catch::EndsWith(" gen 1 draining 1 WebSocket"));
    client.send_close(1000);
    CHECK(client.read_close() == 1000);
    CHECK_THAT(server.wait_for_log("guard 1.0.0 gen 1 drained"), Catch::Contains(" drained 0 requests · "));
    CHECK_THAT(server.wait_for_log("sockets 1.0.0 gen 1 drained"), Catch::Contains(" drained 0 requests · "));
}

TEST_CASE("the plugin of a filter is replaced under load") {
    ServerProcess server{base + routes_with("guard.user, guard.slow, guard.counted"), {guard, reader}};
    const auto turn = [](HttpClient& client, unsigned thread, std::uint64_t number) -> std::string {
        const std::string target = "/reader/" + std::string{readers[(thread + number) % readers.size()]};
        const bool known = number % 3 != 0;
        const HttpResponse answer = ask(client, target, known ? ada : "");
        const std::string build = answer.header("x-guard");
        const bool right = known ? answer.status == 200 && answer.body.starts_with("I am Ada") &&
                                       (build == "aa" || build == "bb") &&
                                       answer.header("x-slow") == build.substr(1)
                                 : answer.status == 401 && (build == "-a" || build == "-b");
        return right ? "" : target + ": " + std::to_string(answer.status) + " " + build + " " + answer.body;
    };
#ifdef PATCHBAY_SANITIZED
    constexpr unsigned swaps = 10;
#else
    constexpr unsigned swaps = 40;
#endif
    Load load{server.port(), 8, turn};
    for (unsigned swap = 1; swap <= swaps; ++swap) {
        const std::size_t mark = server.log_mark();
        server.install(test_plugin(swap % 2 ? "guard_b" : "guard_a"), "guard.so");
        server.wait_for_log("guard " + std::string{swap % 2 ? "2" : "1"} + ".0.0 gen " +
                                std::to_string(swap + 1) + " serving",
                            mark);
    }
    for (const std::string& failure : load.stop()) {
        INFO(failure);
        CHECK(failure.empty());
    }
    CHECK(load.requests() > swaps * 5);
    const auto unmapped = [&] {
        unsigned count = 0;
        const std::string log = server.log();
        for (auto at = log.find("unmapped in"); at != std::string::npos; at = log.find("unmapped in", at + 1))
            ++count;
        return count;
    };
    CHECK(eventually([&] { return unmapped() == swaps; }));
    CHECK(server.log().find("stays") == std::string::npos);
    CHECK(count_of(server) == "0 alive, 0 strays");
    CHECK(server.terminate() == 0);
}
