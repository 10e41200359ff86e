// Files and directories of files, served by the real binary.
#include "support/http_client.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

std::string config(const fs::path& root, const std::string& more = {}) {
    return "listen: 127.0.0.1:0\nevent_loops: 1\n" + more +
           "routes:\n  - {path: /files, static: " + root.string() + "}\n";
}

std::string with_header(std::string_view target, std::string_view header) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{header} + "\r\n\r\n";
}

std::string large_content(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 4093);
    return text;
}

}  // namespace

TEST_CASE("a directory of files is served beneath its path") {
    const TempDirectory folder;
    const fs::path root = folder.path();
    fs::create_directories(root / "docs");
    fs::create_directories(root / ".well-known");
    fs::create_directories(root / ".git");
    write_file(root / "a b.txt", "spaced");
    write_file(root / "index.html", "front page");
    write_file(root / "docs" / "index.html", "documents");
    write_file(root / ".git" / "config", "secret");
    write_file(root / ".env", "secret");
    write_file(root / ".well-known" / "security.txt", "contact");
    fs::create_symlink("/etc/passwd", root / "link-out");
    const ServerProcess server{config(root)};
    HttpClient client{server.port()};

    CHECK(client.get("/files/").body == "front page");
    CHECK(client.get("/files/a%20b.txt").body == "spaced");
    CHECK(client.get("/files/docs/").body == "documents");
    CHECK(client.get("/files/.well-known/security.txt").body == "contact");
    CHECK(client.get("/files").header("location") == "./files/");
    const HttpResponse moved = client.get("/files/docs?page=1");
    CHECK(moved.status == 308);
    CHECK(moved.header("location") == "./docs/?page=1");
    for (const char* target : {"/files/missing", "/files/.env", "/files/.git/config", "/files/link-out",
                               "/files/.well-known/", "/files/a%20b.txt/", "/files/docs%2Findex.html"}) {
        INFO(target);
        CHECK(client.get(target).status == 404);
    }
    CHECK(client.post("/files/docs/index.html", "x").status == 405);
    client.send("HEAD /files/ HTTP/1.1\r\nHost: test\r\n\r\n");
    const HttpResponse head = client.read_response(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "10");
}

TEST_CASE("a compressed sibling is sent to whoever accepts it") {
    const TempDirectory folder;
    write_file(folder.path() / "app.js", "plain");
    write_file(folder.path() / "app.js.gz", "as gzip");
    write_file(folder.path() / "app.js.br", "as brotli");
    const ServerProcess server{config(folder.path())};
    HttpClient client{server.port()};
    const auto ask = [&](std::string_view accept) {
        client.send(with_header("/files/app.js", "Accept-Encoding: " + std::string{accept}));
        return client.read_response();
    };
    const HttpResponse brotli = ask("gzip, br");
    CHECK(brotli.body == "as brotli");
    CHECK(brotli.header("content-encoding") == "br");
    CHECK(brotli.header("content-type") == "text/javascript; charset=utf-8");
    CHECK(brotli.header("vary") == "Accept-Encoding");
    CHECK(ask("gzip").body == "as gzip");
    CHECK(ask("zstd").body == "plain");
    CHECK(ask("identity\r\nAccept-Encoding: gzip").body == "as gzip");  // one list (RFC 9110 §5.3)
    const HttpResponse plain = client.get("/files/app.js");
    CHECK(plain.body == "plain");
    CHECK(plain.header("vary") == "Accept-Encoding");
    CHECK(plain.header("etag") != brotli.header("etag"));
}

TEST_CASE("a large file arrives whole, in parts, and in the order asked for") {
    const TempDirectory folder;
    const std::string content = large_content(5'000'000);
    write_file(folder.path() / "large", content);
    write_file(folder.path() / "small", "small");
    const ServerProcess server{config(folder.path())};
    HttpClient client{server.port()};
    client.send(http_request("GET", "/files/small") + http_request("GET", "/files/large") +
                with_header("/files/large", "Range: bytes=4999990-") + http_request("GET", "/files/missing") +
                http_request("GET", "/files/small"));
    CHECK(client.read_response().body == "small");
    CHECK((client.read_response().body == content));
    CHECK(client.read_response().body == content.substr(4'999'990));
    CHECK(client.read_response().status == 404);
    CHECK(client.read_response().body == "small");
}

TEST_CASE("a slow reader gets a large file whole") {
    const TempDirectory folder;
    const std::string content = large_content(3'000'000);
    write_file(folder.path() / "large", content);
    const ServerProcess server{config(folder.path())};
    HttpClient client{server.port(), 4096};
    client.send(http_request("GET", "/files/large") + http_request("GET", "/files/none"));
    CHECK((client.read_response().body == content));
    CHECK(client.read_response().status == 404);
}

TEST_CASE("clients that leave in the middle of a file leave nothing open") {
    const TempDirectory folder;
    write_file(folder.path() / "large", large_content(20'000'000));
    write_file(folder.path() / "small", "small");
    const ServerProcess server{config(folder.path(), "timeouts: {write: 1h}\n")};
    HttpClient watcher{server.port()};
    CHECK(watcher.get("/files/small").body == "small");
    const std::size_t before = open_descriptors(server.id());
    std::vector<HttpClient> clients;
    clients.reserve(10);
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(server.port(), 4096).send(http_request("GET", "/files/large"));
        clients.back().wait_for_bytes();
    }
    CHECK(open_descriptors(server.id()) > before + 15);  // of each its socket and its file
    for (HttpClient& client : clients) client.reset();
    CHECK(eventually([&] { return open_descriptors(server.id()) <= before + 2; }));
}

TEST_CASE("a file that is cut short while it is sent ends the connection") {
    const TempDirectory folder;
    write_file(folder.path() / "large", large_content(20'000'000));
    const ServerProcess server{config(folder.path())};
    HttpClient client{server.port(), 4096};
    client.send(http_request("GET", "/files/large"));
    client.wait_for_bytes();
    fs::resize_file(folder.path() / "large", 1000);
    CHECK_THROWS(client.read_response());
    write_file(folder.path() / "small", "small");
    CHECK(HttpClient{server.port()}.get("/files/small").body == "small");
}

TEST_CASE(
    "a directory may be exchanged while it is served, and one that is missing is refused with its place") {
    const TempDirectory folder;
    const fs::path current = folder.path() / "current";
    for (const char* name : {"one", "two"}) {
        fs::create_directory(folder.path() / name);
        write_file(folder.path() / name / "version", name);
    }
    fs::create_directory_symlink("one", current);
    const ServerProcess server{config(current)};
    HttpClient client{server.port()};
    CHECK(client.get("/files/version").body == "one");
    fs::create_directory_symlink("two", folder.path() / "next");
    fs::rename(folder.path() / "next", current);
    CHECK(client.get("/files/version").body == "two");

    const std::size_t mark = server.log_mark();
    server.reconfigure(config(folder.path() / "nowhere"));
    const std::string line = server.wait_for_log("nowhere", mark);
    CHECK(line.find("patchbay.yaml:4:5: static: cannot open ") != std::string::npos);
    CHECK(client.get("/files/version").body == "two");
}

TEST_CASE("a directory that goes while it is served takes nothing else with it") {
    const TempDirectory folder;
    const fs::path root = folder.path() / "www";
    fs::create_directory(root);
    write_file(root / "a.txt", "a");
    ServerProcess server{config(root, "plugins: {settle: 30ms, retire_after: 50ms}\n"),
                         {{test_plugin("sample_1"), "sample.so"}, {test_plugin("slow"), "slow.so"}}};
    HttpClient client{server.port()};
    fs::rename(root, folder.path() / "elsewhere");
    CHECK(client.get("/files/a.txt").status == 404);
    CHECK_THAT(server.wait_for_log("error patchbay: static: "), Catch::Contains("cannot open"));
    fs::remove(server.plugins() / "sample.so");
    server.wait_for_log("sample removed");
    CHECK(client.get("/quick").status == 200);
    fs::rename(folder.path() / "elsewhere", root);
    CHECK(client.get("/files/a.txt").body == "a");
    CHECK(server.terminate() == 0);
}
