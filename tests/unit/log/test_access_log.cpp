// The log's thread, its target, and what happens while nobody takes the lines.
#include "log/access_log.hpp"
#include "log/logger.hpp"
#include "support/eventually.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace patchbay;
using namespace patchbay::test;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t capacity = 4096;

/// The host's log, in a file.
struct HostLog {
    TempDirectory directory;
    fs::path file = directory.path() / "host.log";
    int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    Logger logger{LogLevel::info, descriptor};

    ~HostLog() {
        logger.flush(patience);
        ::close(descriptor);
    }
    std::string text() {
        logger.flush(patience);
        return read_file(file);
    }
    bool says(std::string_view words) { return text().find(words) != std::string::npos; }
};

std::string line(int number) { return "line " + std::to_string(number) + std::string(80, '.') + "\n"; }

std::ptrdiff_t lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

std::uint64_t dropped_in_all(const std::string& log) {
    const std::size_t end = log.rfind(" in all)");
    return end == log.npos ? 0 : std::stoull(log.substr(log.rfind('(', end) + 1));
}

}  // namespace

TEST_CASE("everything is written by the time that the sources have gone") {
    HostLog host;
    const fs::path file = host.directory.path() / "access.log";
    std::string expected;
    {
        AccessLog log{file, 2, host.logger};
        auto first = log.source(0);
        auto second = log.source(1);
        for (int i = 0; i < 1000; ++i) {
            first->write(line(i));
            expected += line(i);
        }
        second->write("second\n");
        CHECK_FALSE(log.ended());
        first.reset();
        second.reset();
        CHECK(eventually([&] { return log.ended(); }));
    }
    CHECK(read_file(file) == expected + "second\n");
    CHECK(host.text().empty());
}

TEST_CASE("a line is written although none follows it") {
    HostLog host;
    const fs::path file = host.directory.path() / "access.log";
    AccessLog log{file, 1, host.logger};
    const auto source = log.source(0);
    for (int i = 1; i <= 20; ++i) {
        source->write(line(i));
        REQUIRE(eventually([&] { return lines_in(read_file(file)) == i; }));
    }
    CHECK(log.stop(Clock::now() + patience));
}

TEST_CASE("while nobody reads, lines are dropped and counted, and none is cut or lost besides") {
    HostLog host;
    const fs::path fifo = host.directory.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    AccessLog log{fifo, 1, host.logger, capacity};
    auto source = log.source(0);
    constexpr int lines = 5000;
    for (int i = 0; i < lines; ++i) source->write(line(i));  // returns although the FIFO holds 64 KiB
    REQUIRE(eventually([&] { return host.says(" lines dropped ("); }));

    const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(reader >= 0);
    source.reset();
    std::string read;
    REQUIRE(eventually([&] {
        char bytes[65536];
        const bool ended = log.ended();
        const ssize_t count = ::read(reader, bytes, sizeof bytes);
        if (count > 0) read.append(bytes, static_cast<std::size_t>(count));
        return ended && count <= 0;
    }));
    ::close(reader);
    const std::uint64_t dropped = dropped_in_all(host.text());
    CHECK(dropped > 0);
    CHECK(lines_in(read) + static_cast<std::ptrdiff_t>(dropped) == lines);
    int last = -1;
    for (std::size_t at = 0; at < read.size();) {
        const std::size_t end = read.find('\n', at);
        REQUIRE(end != read.npos);
        const int number = std::stoi(read.substr(at + 5));
        REQUIRE(number > last);
        REQUIRE(read.substr(at, end + 1 - at) == line(number));
        last = number;
        at = end + 1;
    }
}

TEST_CASE("the end does not wait for ever for a reader, and says what is lost") {
    HostLog host;
    const fs::path fifo = host.directory.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    AccessLog log{fifo, 1, host.logger};
    const auto source = log.source(0);
    for (int i = 0; i < 2000; ++i) source->write(line(i));
    CHECK(log.stop(Clock::now()));
    CHECK(dropped_in_all(host.text()) > 0);
}

TEST_CASE("after a rotation the file is made anew") {
    HostLog host;
    const fs::path file = host.directory.path() / "access.log";
    AccessLog log{file, 1, host.logger};
    const auto source = log.source(0);
    source->write(line(1));
    REQUIRE(eventually([&] { return lines_in(read_file(file)) == 1; }));
    fs::rename(file, file.string() + ".1");
    log.reopen();
    REQUIRE(eventually([&] { return fs::exists(file); }));
    source->write(line(2));
    CHECK(log.stop(Clock::now() + patience));
    CHECK(read_file(file) == line(2));
    CHECK(read_file(file.string() + ".1") == line(1));
}

TEST_CASE("a file that can't be opened is an error at first, and a complaint after a rotation") {
    HostLog host;
    const fs::path folder = host.directory.path() / "folder";
    CHECK_THROWS_AS((AccessLog{folder / "access.log", 1, host.logger}), std::system_error);
    fs::create_directory(folder);
    AccessLog log{folder / "access.log", 1, host.logger};
    const auto source = log.source(0);
    fs::rename(folder, host.directory.path() / "moved");
    log.reopen();
    CHECK(eventually([&] { return host.says("it goes on in the file it has"); }));
    source->write(line(1));
    CHECK(log.stop(Clock::now() + patience));
    CHECK(read_file(host.directory.path() / "moved" / "access.log") == line(1));
}

TEST_CASE("a full disk costs lines and nothing else") {
    HostLog host;
    AccessLog log{"/dev/full", 1, host.logger};
    const auto source = log.source(0);
    source->write(line(1));
    CHECK(eventually(
        [&] { return host.says("access log: 1 lines dropped (1 in all) · /dev/full: No space left"); }));
    CHECK(log.stop(Clock::now() + patience));
}
