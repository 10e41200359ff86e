// Filters, redirects and the trailing slash, in the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay::test;

namespace {

const std::string base = "listen: 127.0.0.1:0\nevent_loops: 1\n";

std::string request(std::string_view method, std::string_view target, std::string_view headers) {
    return std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" +
           std::string{headers} + "\r\n";
}

HttpResponse ask(HttpClient& client, std::string_view method, std::string_view target,
                 std::string_view headers = {}) {
    client.send(request(method, target, headers));
    return client.read_response(method == "HEAD");
}

const PluginFile contract{PATCHBAY_CONTRACT, "contract.so"};

}  // namespace

TEST_CASE("global filters see every answer, also those that the host makes") {
    const TempDirectory folder;
    write_file(folder.path() / "a.txt", "file");
    const ServerProcess server{base +
                                   "limits: {body: 1KiB}\n"
                                   "filters: {safe: {security_headers: {}}, ids: {request_id: {}}}\n"
                                   "global_filters: [safe, ids]\n"
                                   "routes: [{path: /files, static: " +
                                   folder.path().string() + "}]\n",
                               {contract}};
    const auto check = [&](const std::string& bytes, int status, bool head = false) {
        HttpClient client{server.port()};
        client.send(bytes);
        const HttpResponse response = client.read_response(head);
        INFO(bytes);
        CHECK(response.status == status);
        CHECK(response.header("x-content-type-options") == "nosniff");
        CHECK(!response.header("x-request-id").empty());
    };
    check(request("GET", "/", ""), 200);
    check(request("GET", "/inline", ""), 200);
    check(request("GET", "/await", ""), 200);
    check(request("GET", "/blocking", ""), 200);
    check(request("HEAD", "/", ""), 200, true);
    check(request("GET", "/files/a.txt", ""), 200);
    check(request("GET", "/files/a.txt", "If-None-Match: *\r\n"), 304);
    check(request("GET", "/nowhere", ""), 404);
    check(request("DELETE", "/getonly", ""), 405);
    check(request("OPTIONS", "/getonly", ""), 204);
    check(request("OPTIONS", "*", ""), 204);
    check(request("BREW", "/", ""), 501);
    check(request("POST", "/echo", "Content-Length: 5000\r\n"), 413);
    check("GET / HTTP/1.1\r\nHost : test\r\n\r\n", 400);
    check("nonsense\r\n\r\n", 400);
    HttpClient client{server.port()};
    CHECK(ask(client, "GET", "/", "X-Request-Id: from-afar.1\r\n").header("x-request-id") == "from-afar.1");
    const std::string own = ask(client, "GET", "/", "X-Request-Id: a b\r\n").header("x-request-id");
    CHECK(own.size() == 16);
    CHECK(ask(client, "GET", "/").header("x-request-id") != own);
}

TEST_CASE("a route's filters keep others out, and only from there") {
    const ServerProcess server{base +
                                   "filters:\n"
                                   "  staff: {basic_auth: {users: {alice: 'env:ALICE'}}}\n"
                                   "  app: {cors: {origins: ['https://app.example']}}\n"
                                   "routes: [{handler: contract.echo, filters: [staff, app]}]\n",
                               {contract},
                               {.environment = {{"ALICE", "open sesame"}}}};
    HttpClient client{server.port()};
    const std::string alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
    CHECK(client.get("/").status == 200);
    const HttpResponse refused = ask(client, "POST", "/echo", "Origin: https://app.example\r\n");
    CHECK(refused.status == 401);
    CHECK(refused.header("www-authenticate") == "Basic realm=\"restricted\", charset=\"UTF-8\"");
    CHECK(refused.header("access-control-allow-origin") == "https://app.example");
    client.send(request("POST", "/echo", alice + "Content-Length: 2\r\n") + "hi");
    CHECK(client.read_response().body == "hi");
    // A preflight carries no credentials, so it is answered before they are asked for.
    const std::string preflight = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n";
    const HttpResponse allowed = ask(client, "OPTIONS", "/echo", preflight);
    CHECK(allowed.status == 204);
    CHECK(allowed.header("access-control-allow-methods") == "GET, HEAD, POST, PUT, PATCH, DELETE");
    CHECK(ask(client, "OPTIONS", "/getonly", preflight).header("allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("whoever is kept out is told so before the body arrives") {
    const ServerProcess server{base +
                                   "filters: {api: {bearer_auth: {tokens: {ci: 'env:CI_TOKEN'}}}}\n"
                                   "routes: [{handler: contract.echo, filters: [api]}]\n",
                               {contract},
                               {.environment = {{"CI_TOKEN", "t0ken"}}}};
    HttpClient client{server.port()};
    client.send(request("POST", "/echo", "Content-Length: 1000\r\nExpect: 100-continue\r\n"));
    const HttpResponse refused = client.read_response();
    CHECK(refused.status == 401);
    CHECK(refused.header("connection") == "close");
    HttpClient welcome{server.port()};
    welcome.send(request("POST", "/echo",
                         "Authorization: Bearer t0ken\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"));
    CHECK(welcome.read_response().status == 100);
    welcome.send("hi");
    CHECK(welcome.read_response().body == "hi");
}

TEST_CASE("a request whose body arrives during a reload is judged by the filters that it is served with") {
    const auto config = [](const char* routes) {
        return base +
               "timeouts: {body: 1h}\n"
               "filters:\n"
               "  ids: {request_id: {}}\n"
               "  staff: {basic_auth: {users: {alice: 'env:ALICE'}}}\n"
               "global_filters: [ids]\n" +
               std::string{routes};
    };
    const ServerProcess server{config(""), {contract}, {.environment = {{"ALICE", "open sesame"}}}};
    const std::string head = request("POST", "/echo", "Content-Length: 2\r\nExpect: 100-continue\r\n");
    const std::string alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
    HttpClient early{server.port()};
    HttpClient known{server.port()};
    early.send(head);
    CHECK(early.read_response().status == 100);  // the filters of now have let it pass
    known.send(request("POST", "/echo", alice + "Content-Length: 2\r\nExpect: 100-continue\r\n"));
    CHECK(known.read_response().status == 100);
    server.reconfigure(config("routes: [{handler: contract.echo, filters: [staff]}]\n"));
    CHECK(eventually([&] { return HttpClient{server.port()}.post("/echo", "hi").status == 401; }));
    early.send("hi");
    const HttpResponse refused = early.read_response();
    CHECK(refused.status == 401);
    CHECK(refused.header("connection").empty());  // its body has been read
    CHECK(early.get("/").status == 200);
    known.send("hi");
    CHECK(known.read_response().body == "hi");
}

TEST_CASE("refusals of a file go through the filters") {
    const TempDirectory folder;
    write_file(folder.path() / "a.txt", "0123456789");
    const ServerProcess server{base +
                               "filters:\n"
                               "  safe: {security_headers: {}}\n"
                               "  ids: {request_id: {}}\n"
                               "  app: {cors: {origins: ['https://app.example']}}\n"
                               "global_filters: [safe, ids, app]\n"
                               "routes: [{path: /files, static: " +
                               folder.path().string() + "}]\n"};
    HttpClient client{server.port()};
    for (const std::string header : {"If-Match: \"other\"\r\n", "Range: bytes=100-\r\n"}) {
        const HttpResponse refused =
            ask(client, "GET", "/files/a.txt", "Origin: https://app.example\r\n" + header);
        INFO(header);
        CHECK(refused.status == (header.starts_with("If") ? 412 : 416));
        CHECK(refused.header("content-type") == "application/problem+json");
        CHECK(refused.header("x-content-type-options") == "nosniff");
        CHECK(!refused.header("x-request-id").empty());
        CHECK(refused.header("access-control-allow-origin") == "https://app.example");
        CHECK(refused.header("last-modified").empty());
    }
}

TEST_CASE("filters that answer before the body know the client behind a trusted proxy") {
    const ServerProcess server{base +
                                   "trusted_proxies: 127.0.0.1\n"
                                   "filters: {few: {rate_limit: {requests: 1, per: 1h}}}\n"
                                   "routes: [{handler: contract.echo, filters: [few]}]\n",
                               {contract}};
    const auto status_for = [&](const std::string& source, const std::string& client_address) {
        HttpClient client{server.port(), source};
        client.send(request(
            "POST", "/echo",
            "X-Forwarded-For: " + client_address + "\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"));
        return client.read_response().status;
    };
    CHECK(status_for("127.0.0.1", "192.0.2.1") == 100);
    CHECK(status_for("127.0.0.1", "192.0.2.2") == 100);
    CHECK(status_for("127.0.0.1", "192.0.2.1") == 429);
    CHECK(status_for("127.0.0.2", "192.0.2.3") == 100);  // nobody takes this one's word
    CHECK(status_for("127.0.0.2", "192.0.2.4") == 429);
    CHECK(status_for("127.0.0.1", "192.0.2.3") == 100);
}

TEST_CASE("a rate limit holds over all loops, and outlives changes of other things") {
    const auto config = [](const char* more) {
        return "listen: 127.0.0.1:0\nevent_loops: 2\n"
               "filters: {few: {rate_limit: {requests: 3, per: 1h}}}\n"
               "routes: [{handler: contract.getonly, filters: [few]}]\n" +
               std::string{more};
    };
    const ServerProcess server{config(""), {contract}};
    const auto status = [&] { return HttpClient{server.port()}.get("/getonly").status; };
    CHECK(status() == 200);
    CHECK(status() == 200);
    CHECK(status() == 200);
    HttpClient client{server.port()};
    const HttpResponse refused = client.get("/getonly");
    CHECK(refused.status == 429);
    CHECK(std::stoi(refused.header("retry-after")) > 1000);
    CHECK(client.get("/json").status == 200);
    const std::size_t mark = server.log_mark();
    server.reconfigure(config("limits: {body: 2KiB}\n"));
    server.wait_for_log("configuration taken", mark);
    CHECK(status() == 429);
}

TEST_CASE("answers to handlers that run too long go through the filters") {
    const ServerProcess server{base +
                                   "filters: {safe: {security_headers: {}}}\n"
                                   "routes: [{handler: slow.wait, timeout: 50ms, filters: [safe]}]\n",
                               {{test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    const HttpResponse late = client.get("/wait/5000");
    CHECK(late.status == 504);
    CHECK(late.header("x-frame-options") == "DENY");
}

TEST_CASE("redirects and slashes lead to what is there") {
    const ServerProcess server{base +
                                   "trailing_slash: redirect\n"
                                   "routes:\n"
                                   "  - {path: '/old/{id}', redirect: '/users/{id}', status: 308}\n"
                                   "  - {path: /away, redirect: 'https://example.org/', methods: [GET]}\n",
                               {contract}};
    HttpClient client{server.port()};
    const HttpResponse moved = client.get("/old/7?x=1");
    CHECK(moved.status == 308);
    CHECK(moved.header("location") == "/users/7?x=1");
    CHECK(client.post("/old/7", "x").status == 308);
    const HttpResponse away = client.get("/away");
    CHECK(away.status == 302);
    CHECK(away.header("location") == "https://example.org/");
    CHECK(client.post("/away", "x").status == 405);
    const HttpResponse slash = client.get("/json/?x=1");
    CHECK(slash.status == 308);
    CHECK(slash.header("location") == "../json?x=1");
    CHECK(client.get("/none/").status == 404);
}

TEST_CASE("groups have prefixes, hosts and filters") {
    const ServerProcess server{
        base +
            "filters: {safe: {security_headers: {}}, calm: {rate_limit: {requests: 1, per: 1h}}}\n"
            "groups:\n"
            "  - prefix: /api\n"
            "    filters: [safe]\n"
            "    routes: [{handler: contract.user}]\n"
            "  - host: '*.example.org'\n"
            "    routes:\n"
            "      - {path: /, redirect: 'https://example.org/'}\n"
            "      - {path: /who, handler: contract.json, filters: [calm]}\n",
        {contract}};
    const auto get = [&](std::string_view target, std::string_view host) {
        HttpClient client{server.port()};
        client.send("GET " + std::string{target} + " HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n");
        return client.read_response();
    };
    const HttpResponse user = get("/api/users/7", "test");
    CHECK(user.body == "7");
    CHECK(user.header("x-frame-options") == "DENY");
    CHECK(get("/users/7", "test").status == 404);
    CHECK(get("/", "test").body == "Hello, World!");
    CHECK(get("/", "www.Example.org:80").status == 302);
    CHECK(get("http://www.example.org/", "test").status == 302);
    CHECK(get("/getonly", "www.example.org").status == 200);  // a route of every host
    CHECK(get("/who", "test").status == 404);
    CHECK(get("/who", "a.example.org").status == 200);
    CHECK(get("/who", "b.example.org").status == 429);
}

TEST_CASE(
    "an upload is kept out before any of it is read, and a handler that reads it goes through the filters") {
    const ServerProcess server{
        base +
            "filters: {api: {bearer_auth: {tokens: {ci: 'env:CI_TOKEN'}}}, ids: {request_id: {}}}\n"
            "global_filters: [ids]\n"
            "routes: [{handler: uploads.async, filters: [api]}]\n",
        {{test_plugin("uploads"), "uploads.so"}},
        {.environment = {{"CI_TOKEN", "t0ken"}}}};
    HttpClient client{server.port()};
    client.send(request("POST", "/async", "Content-Length: 1000000\r\nExpect: 100-continue\r\n"));
    const HttpResponse refused = client.read_response();
    CHECK(refused.status == 401);
    CHECK(refused.header("connection") == "close");
    CHECK(!refused.header("x-request-id").empty());
    HttpClient welcome{server.port()};
    const std::string token = "Authorization: Bearer t0ken\r\n";
    welcome.send(request("POST", "/async", token + "Content-Length: 5\r\n") + "hello");
    const HttpResponse taken = welcome.read_response();
    CHECK(taken.status == 200);
    CHECK(!taken.header("x-request-id").empty());
    welcome.send(request("POST", "/async", "Content-Length: 5\r\n") + "hello" +
                 http_request("GET", "/quick"));
    CHECK(welcome.read_response().status == 401);
    CHECK(welcome.read_response().body == "quick");
}

TEST_CASE("an answer of the host is whole after the head of a stream") {
    const ServerProcess server{base, {{test_plugin("streams"), "streams.so"}}};
    HttpClient client{server.port()};
    client.send(http_request("HEAD", "/inline/3") + http_request("GET", "/nowhere"));
    CHECK(client.read_response(true).status == 200);
    const HttpResponse missing = client.read_response();
    CHECK(missing.status == 404);
    CHECK(missing.header("transfer-encoding").empty());
    CHECK(!missing.body.empty());
}
