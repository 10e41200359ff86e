#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

Config load(std::string_view yaml) { return parse_config(yaml, "patchbay.yaml", {}); }

class TemporaryFolder {
public:
    TemporaryFolder() {
        auto name = (fs::temp_directory_path() / "patchbay-config-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { fs::remove_all(path_); }

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

}  // namespace

TEST_CASE("every key is read into its field", "[config]") {
    const auto config = load(R"(
listen: "[::1]:0"
trusted_proxies: [10.0.0.0/8, "::1", unix]
event_loops: 3
executor: {threads: 8, queue: 99, websockets: 6, per_plugin: {threads: 7, queue: 98, websockets: 5}}
plugins:
  directory: /srv/plugins
  watch: false
  settle: 250ms
  retire_after: 0s
  load_timeout: 1m
  tasks: 12
  private_directory: /run/patchbay
drain: {deadline: 1s}
shutdown: {deadline: 2s}
limits: {target: 512B, header_bytes: 1KiB, header_fields: 50, body: 0B, connections: 7,
  connections_per_address: 6, requests_per_connection: 5, min_rate: 9B}
timeouts: {header: 1s, body: 2s, idle: 3s, write: 4s, handler: 1h}
log: {level: error}
)");
    Config expected;
    expected.listen = {ListenerConfig{TcpAddress{"::1", 0}}};
    expected.trusted_proxies = {{"10.0.0.0", 8}, {"::1", 128}, {"unix", 0}};
    expected.event_loops = 3;
    expected.executor = {8, 99, 6, {7, 98, 5}};
    expected.plugins = {"/srv/plugins", false, 250ms, 0ms, 1min, 12, "/run/patchbay"};
    expected.drain = {1s};
    expected.shutdown = {2s};
    expected.limits = {512, 1024, 50, 0, 7, 6, 5, 9};
    expected.timeouts = {1s, 2s, 3s, 4s, 1h};
    expected.log = {LogConfig::Level::error};
    CHECK(config == expected);
}

TEST_CASE("what is left out has its default", "[config]") {
    for (const auto* const yaml :
         {"", "---\n", "# nothing\n", "plugins:\n", "executor:\n  per_plugin:\n", "settings:\n"})
        CHECK(load(yaml) == Config{});
}

TEST_CASE("addresses to listen on", "[config]") {
    CHECK(load("listen: 0.0.0.0:65535").listen.front().address ==
          ListenAddress{TcpAddress{"0.0.0.0", 65535}});
    CHECK(load("listen: localhost:80").listen.front().address == ListenAddress{TcpAddress{"localhost", 80}});
    CHECK(load("listen: '[2001:db8::1]:443'").listen.front().address ==
          ListenAddress{TcpAddress{"2001:db8::1", 443}});
    CHECK(to_string(TcpAddress{"2001:db8::1", 443}) == "[2001:db8::1]:443");
    for (const auto* const text :
         {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "256.0.0.1:80", "1.2.3:80", "'[::1]'",
          "'[::g]:80'", "'[127.0.0.1]:80'", "a b:80", "'::1:80'", "http://x:80"})
        CHECK_THROWS_AS(load("listen: " + std::string{text}), ConfigError);
}

TEST_CASE("anchors serve scalar keys too", "[config]") {
    const auto config = load("timeouts: {header: &patient 20s, body: *patient}");
    CHECK(config.timeouts.header == 20s);
    CHECK(config.timeouts.body == 20s);
}

TEST_CASE("directories start at the file's own", "[config]") {
    const auto directory = [](const char* yaml, const char* file) {
        return parse_config(yaml, file, {}).plugins.directory;
    };
    CHECK(directory("plugins: {directory: mine}", "/etc/patchbay/patchbay.yaml") == "/etc/patchbay/mine");
    CHECK(directory("plugins: {directory: ../mine}", "/etc/patchbay/patchbay.yaml") == "/etc/mine");
    CHECK(directory("plugins: {directory: /mine}", "/etc/patchbay/patchbay.yaml") == "/mine");
    CHECK(directory("plugins: {directory: mine}", "patchbay.yaml") == "mine");
    CHECK(directory("", "/etc/patchbay/patchbay.yaml") == "/etc/patchbay/plugins");
    CHECK(directory("", "patchbay.yaml") == "plugins");
}

TEST_CASE("all problems come at once, in the order of the file", "[config]") {
    try {
        load("listen: 80\nlimits:\n  body: 1\n  bodi: 1\ntimeouts:\n  idle: 60\nlisten: x:1\n");
        FAIL("accepted");
    } catch (const ConfigError& error) {
        REQUIRE(error.problems().size() == 5);
        CHECK(error.problems()[0].key == "listen");
        CHECK(error.problems()[0].at.line == 1);
        CHECK(error.problems()[2].key == "limits.bodi");
        CHECK(error.problems()[2].suggestion == "body");
        CHECK(error.problems()[4].at.line == 7);
    }
}

TEST_CASE("a plugin's share follows the whole unless it is set", "[config]") {
    CHECK(threads_per_plugin({}) == 24);
    CHECK(queue_per_plugin({}) == 512);
    const auto small = load("executor: {threads: 1, queue: 10}").executor;
    CHECK(threads_per_plugin(small) == 1);
    CHECK(queue_per_plugin(small) == 10);
    CHECK(threads_per_plugin(load("executor: {per_plugin: {threads: 5}}").executor) == 5);
    CHECK_THROWS_WITH(
        load("executor: {queue: 10, per_plugin: {queue: 11}}"),
        "patchbay.yaml:1:43: executor.per_plugin.queue: 11 is more than executor.queue, which is 10");
}

TEST_CASE("blocking WebSockets leave half of the threads unless it is said otherwise", "[config]") {
    CHECK(most_websockets({}) == 16);
    CHECK(websockets_per_plugin({}) == 12);
    const auto small = load("executor: {threads: 1}").executor;
    CHECK(most_websockets(small) == 0);
    CHECK(websockets_per_plugin(small) == 0);
    const auto chosen = load("executor: {threads: 4, websockets: 4, per_plugin: {websockets: 3}}").executor;
    CHECK(most_websockets(chosen) == 4);
    CHECK(websockets_per_plugin(chosen) == 3);
}

TEST_CASE("a file is read from the disk", "[config]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "patchbay.yaml";
    std::ofstream{file} << "event_loops: 2\nplugins: {directory: mine}\n";
    const auto config = load_config(file, {{"PATCHBAY_LOG_LEVEL", "debug"}});
    CHECK(config.event_loops == 2);
    CHECK(config.plugins.directory == folder.path() / "mine");
    CHECK(config.log.level == LogConfig::Level::debug);
}

TEST_CASE("a file that can't be read says why", "[config]") {
    const TemporaryFolder folder;
    const auto missing = folder.path() / "missing.yaml";
    CHECK_THROWS_WITH(load_config(missing, {}), missing.string() + ": there is no such file");
    CHECK_THROWS_WITH(load_config(folder.path(), {}),
                      folder.path().string() + ": this is a directory; a YAML file is expected");
    const auto circle = folder.path() / "circle.yaml";
    fs::create_symlink(circle, circle);
    CHECK_THROWS_WITH(load_config(circle, {}),
                      circle.string() + ": can't be opened: Too many levels of symbolic links");
    const auto large = folder.path() / "large.yaml";
    std::ofstream{large} << std::string(2'000'000, '\n');
    CHECK_THROWS_WITH(load_config(large, {}), large.string() + ": the file is larger than 1MiB");
    const auto empty = folder.path() / "empty.yaml";
    for (const char* text : {"", "\n", " \n# a comment\r\n"}) {
        std::ofstream{empty} << text;
        CHECK_THROWS_WITH(load_config(empty, {}),
                          Catch::StartsWith(empty.string() + ": there is nothing in it"));
    }
    const auto locked = folder.path() / "locked.yaml";
    std::ofstream{locked} << "event_loops: 2\n";
    fs::permissions(locked, fs::perms::none);
    if (geteuid() != 0)
        CHECK_THROWS_WITH(load_config(locked, {}), locked.string() + ": can't be opened: Permission denied");
}

TEST_CASE("one listener or several, plain or with options", "[config]") {
    const auto config = load(R"(
listen:
  - "[::]:80"
  - {address: unix:run/x.sock, mode: 0660}
  - {address: systemd:web, proxy_protocol: true}
  - systemd
  - 127.0.0.1:0
  - 127.0.0.1:0
trusted_proxies: unix
)");
    REQUIRE(config.listen.size() == 6);
    CHECK(config.listen[0].address == ListenAddress{TcpAddress{"::", 80}});
    CHECK(std::get<UnixAddress>(config.listen[1].address).path.filename() == "x.sock");
    CHECK(config.listen[1].mode == std::size_t{0660});
    CHECK(config.listen[2] == ListenerConfig{InheritedAddress{"web"}, true});
    CHECK(config.listen[3] == ListenerConfig{InheritedAddress{}});
    CHECK(to_string(config.listen[2].address) == "systemd:web");
    CHECK(config.trusted_proxies == std::vector{ProxyRange{"unix", 0}});
    // A host may have that name.
    CHECK(load("listen: systemd:80").listen.front().address == ListenAddress{TcpAddress{"systemd", 80}});
}

TEST_CASE("trusted proxies in a variable have commas between them", "[config]") {
    const auto config =
        parse_config("trusted_proxies: [unix]", "x.yaml", {{"PATCHBAY_TRUSTED_PROXIES", "10.0.0.0/8, ::1"}});
    CHECK(config.trusted_proxies == std::vector{ProxyRange{"10.0.0.0", 8}, ProxyRange{"::1", 128}});
}
