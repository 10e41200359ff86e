// The operator's pages for errors, through the real binary.
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

using namespace patchbay::test;

namespace {

const std::vector<PluginFile> plugins{{test_plugin("slow"), "slow.so"},
                                      {test_plugin("failures"), "failures.so"}};
const std::string browser = "Accept: text/html,application/xml;q=0.9,*/*;q=0.8\r\n";

HttpResponse ask(HttpClient& client, const std::string& line, const std::string& headers) {
    client.send(line + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    return client.read_response(line.starts_with("HEAD"));
}

}  // namespace

TEST_CASE("errors have the operator's pages, and change with the configuration") {
    const TempDirectory pages;
    write_file(pages.path() / "404.html", "<p>not here");
    write_file(pages.path() / "405.html", "<p>not so");
    write_file(pages.path() / "504.html", "<p>too late");
    const std::string folder = pages.path().string();
    const auto yaml = [&](const std::string& errors) {
        return "listen: 127.0.0.1:0\nerrors: {" + errors +
               "}\nroutes: [{handler: slow.wait, timeout: 50ms}]\n";
    };
    ServerProcess server{
        yaml("404: " + folder + "/404.html, 405: " + folder + "/405.html, 504: " + folder + "/504.html"),
        plugins};
    HttpClient client{server.port()};
    // One connection for all: the answers are framed right, with bodies and without.
    for (int i = 0; i < 2; ++i) {
        const HttpResponse page = ask(client, "GET /nowhere", browser);
        CHECK(page.status == 404);
        CHECK(page.body == "<p>not here");
        CHECK(page.header("content-type") == "text/html; charset=utf-8");
        CHECK(page.header("vary") == "Accept");
        const HttpResponse head = ask(client, "HEAD /nowhere", browser);
        CHECK(head.status == 404);
        CHECK(head.header("content-length") == "11");
        CHECK(head.header("content-type") == "text/html; charset=utf-8");
        const HttpResponse json = ask(client, "GET /nowhere", "Accept: application/json\r\n");
        CHECK(json.header("content-type") == "application/problem+json");
        CHECK(json.body.find("\"status\":404") != std::string::npos);
        CHECK(ask(client, "GET /nowhere", "").header("content-type") == "application/problem+json");
        const HttpResponse method = ask(client, "DELETE /quick", browser);
        CHECK(method.status == 405);
        CHECK(method.body == "<p>not so");
        CHECK_FALSE(method.header("allow").empty());
        CHECK(ask(client, "GET /quick", browser).body == "quick");
    }
    CHECK(ask(client, "GET /wait/60000", browser).body == "<p>too late");
    write_file(pages.path() / "404.html", "<p>another");
    server.signal(SIGHUP);
    HttpClient again{server.port()};
    CHECK(eventually([&] { return ask(again, "GET /nowhere", browser).body == "<p>another"; }));
    server.wait_for_log("configuration taken");
    const std::size_t mark = server.log_mark();
    server.reconfigure(yaml("404: " + folder + "/missing.html"));
    CHECK(server.wait_for_log("missing.html: there is no such file", mark)
              .find("patchbay.yaml:2:15: errors.404: ") != std::string::npos);
    CHECK(ask(again, "GET /nowhere", browser).body == "<p>another");
    server.reconfigure(yaml(""));
    server.wait_for_log("configuration taken", mark);
    CHECK(ask(again, "GET /nowhere", browser).header("content-type") == "application/problem+json");
    CHECK(server.terminate() == 0);
}

TEST_CASE("a page is compressed, and has the filters' headers") {
    const TempDirectory pages;
    const std::string long_page = "<p>" + std::string(5000, 'x');
    write_file(pages.path() / "page.html", long_page);
    ServerProcess server{
        "listen: 127.0.0.1:0\nerrors: {404: " + pages.path().string() +
            "/page.html}\nfilters: {small: {compression: {}}, marked: {security_headers: {}}}\n"
            "global_filters: [marked, small]\n",
        plugins};
    HttpClient client{server.port()};
    const HttpResponse plain = ask(client, "GET /nowhere", browser);
    CHECK(plain.body == long_page);
    CHECK(plain.header("x-content-type-options") == "nosniff");
    const HttpResponse coded = ask(client, "GET /nowhere", browser + "Accept-Encoding: gzip\r\n");
    CHECK(coded.header("content-encoding") == "gzip");
    CHECK(coded.body.size() < 1000);
    CHECK(server.terminate() == 0);
}

TEST_CASE("pages fill what handlers leave empty and stand for what they throw; a refused head has none") {
    const TempDirectory pages;
    for (const char* status : {"404", "431", "500"})
        write_file(pages.path() / (status + std::string{".html"}), std::string{"<p>page "} + status);
    const std::string folder = pages.path().string();
    ServerProcess server{"listen: 127.0.0.1:0\nlimits: {header_fields: 5}\nerrors: {404: " + folder +
                             "/404.html, 431: " + folder + "/431.html, 500: " + folder + "/500.html}\n",
                         plugins};
    HttpClient client{server.port()};
    const HttpResponse empty = ask(client, "GET /empty", browser);
    CHECK(empty.status == 404);
    CHECK(empty.body == "<p>page 404");
    CHECK(empty.header("content-type") == "text/html; charset=utf-8");
    const HttpResponse thrown = ask(client, "GET /throws", browser);
    CHECK(thrown.status == 500);
    CHECK(thrown.body == "<p>page 500");
    CHECK(thrown.header("content-type") == "text/html; charset=utf-8");
    server.wait_for_log("handler throws failed: nothing for clients");
    // Nothing in a head that is refused is looked at, its Accept neither.
    const HttpResponse refused = ask(client, "GET /empty", browser + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n");
    CHECK(refused.status == 431);
    CHECK(refused.header("content-type") == "application/problem+json");
    CHECK(refused.body.find("\"status\":431") != std::string::npos);
    CHECK(server.terminate() == 0);
}
