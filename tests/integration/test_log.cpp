// The log and standard output when nobody reads them, or nothing can be written there.
#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

/// A FIFO for a server's log: open, but read only when the test says so.
class UnreadLog {
public:
    UnreadLog() {
        REQUIRE(::mkfifo(file_.c_str(), 0600) == 0);
        reader_ = ::open(file_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(reader_ >= 0);
    }
    ~UnreadLog() { ::close(reader_); }
    UnreadLog(const UnreadLog&) = delete;
    UnreadLog& operator=(const UnreadLog&) = delete;

    std::vector<std::string> launcher() const {
        return {"sh", "-c", "exec \"$0\" \"$@\" 2>'" + file_.string() + "'"};
    }
    std::string read() const {
        std::string text;
        char bytes[65536];
        for (ssize_t count = 0; (count = ::read(reader_, bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(count));
        return text;
    }

private:
    TempDirectory directory_;
    fs::path file_ = directory_.path() / "log";
    int reader_ = -1;
};

}  // namespace

TEST_CASE("a reader of the log that stops reading stops nobody else") {
    const UnreadLog log;
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 2\n",
                         {{test_plugin("slow"), "slow.so"}},
                         {.launcher = log.launcher()}};
    HttpClient client{server.port()};
    constexpr int requests = 2000;  // each logs a line: more than a pipe holds
    int right = 0;
    for (int i = 0; i < requests; ++i) right += client.get("/wait/0").body == "waited" ? 1 : 0;
    CHECK(right == requests);
    SECTION("nor the end of the server") {
        CHECK(server.terminate() == 0);
        CHECK_THAT(log.read(), Catch::Contains("slow: waiting"));
    }
    SECTION("and misses nothing when it goes on in time") {
        std::string text;
        CHECK(eventually([&] {
            text += log.read();
            std::size_t lines = 0;
            for (std::size_t at = text.find("slow: waiting"); at != text.npos;
                 at = text.find("slow: waiting", at + 1))
                ++lines;
            return lines == requests;
        }));
        server.signal(SIGTERM);
        CHECK(eventually([&] {
            text += log.read();
            return text.find("info stopped") != text.npos;
        }));
        CHECK(server.wait() == 0);
    }
}

TEST_CASE("the second signal, and why the server can't start, wait for no reader of the log") {
    const UnreadLog log;
    SECTION("second signal") {
        ServerProcess server{"listen: 127.0.0.1:0\nshutdown: {deadline: 1h}\n",
                             {{test_plugin("slow"), "slow.so"}},
                             {.launcher = log.launcher()}};
        HttpClient client{server.port()};
        for (int i = 0; i < 2000; ++i) client.get("/wait/0");
        client.send(http_request("GET", "/wait/3600000"));
        HttpClient other{server.port()};
        CHECK(other.get("/quick").status == 200);
        server.signal(SIGTERM);
        CHECK(eventually([&] { return !is_listening(server.port()); }));
        server.signal(SIGTERM);
        CHECK(server.wait() == 1);
    }
    SECTION("the address is taken") {
        ServerProcess other{"listen: 127.0.0.1:0\n"};
        std::vector<std::string> command = log.launcher();
        const TempDirectory directory;
        command.insert(command.end(), {PATCHBAY_BINARY, "serve", "--plugins", directory.path().string(),
                                       "--listen", "127.0.0.1:" + std::to_string(other.port())});
        CHECK(run_command(command).exit_code == 1);
        CHECK_THAT(log.read(), Catch::Contains("patchbay: cannot listen on 127.0.0.1:"));
        CHECK(other.terminate() == 0);
    }
}

TEST_CASE("output that can't be written is a failure with a sentence") {
    const TempDirectory directory;
    write_file(directory.path() / "test.yaml", "plugins: {directory: .}\n");
    const std::string yaml = (directory.path() / "test.yaml").string();
    for (const std::string& command :
         std::vector<std::string>{"check " + yaml, "routes " + yaml, "reference yaml", "--version",
                                  "inspect " + test_plugin("sample_1").string()}) {
        INFO(command);
        const Finished result =
            run_command({"sh", "-c", std::string{"exec "} + PATCHBAY_BINARY + " " + command + " >/dev/full"});
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output, Catch::StartsWith("patchbay: cannot write to standard output"));
    }
}

TEST_CASE("that a broken configuration is mended is said, even if nothing has changed") {
    const std::string yaml = "listen: 127.0.0.1:0\nplugins: {settle: 20ms}\n";
    ServerProcess server{yaml};
    server.reconfigure(yaml + "nonsense: 1\n");
    server.wait_for_log("configuration refused");
    server.reconfigure(yaml);
    server.wait_for_log("info configuration read: it is again what is in force");
    const std::size_t mark = server.log_mark();
    server.signal(SIGHUP);
    server.reconfigure(yaml + "log: {level: debug}\n");
    server.wait_for_log("configuration taken", mark);
    CHECK(server.log().find("configuration read", mark) == std::string::npos);
    CHECK(server.terminate() == 0);
}
