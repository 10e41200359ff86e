// The host's log while it is read, while it is not, and once it is again.
#include "log/logger.hpp"
#include "support/eventually.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;

namespace {

constexpr std::size_t queue_size = 4096;

/// A pipe that holds as little as a pipe can.
struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    /// What is there now.
    std::string read() const {
        std::string text;
        char bytes[4096];
        for (ssize_t count = 0; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(count));
        return text;
    }
};

std::uint64_t lost_in(const std::string& text) {
    std::uint64_t lost = 0;
    constexpr std::string_view words = " lost here";
    for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
        const std::size_t begin = text.rfind("warning ", at) + 8;
        lost += std::stoull(text.substr(begin));
    }
    return lost;
}

/// Of the lines "... info line N": true when they are whole and in order.
std::size_t counted_lines(const std::string& text) {
    std::size_t count = 0;
    int last = -1;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        REQUIRE(end != text.npos);
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        const std::size_t number_at = line.find("info line ");
        if (number_at == line.npos) continue;
        const int number = std::stoi(line.substr(number_at + 10));
        REQUIRE(number > last);
        last = number;
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("what is logged has been written after flush()") {
    const TempDirectory directory;
    const auto file = directory.path() / "log";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    {
        Logger log{LogLevel::info, descriptor};
        log.debug("not this");
        log.info("first\nline");
        log.write(LogLevel::error, "greeter", "second");
        log.flush(patience);
        CHECK_THAT(read_file(file), Catch::Contains("Z info first\\nline\n") &&
                                        Catch::EndsWith("Z error greeter: second\n") &&
                                        !Catch::Contains("not this"));
        log.info("the last");
    }
    ::close(descriptor);
    CHECK_THAT(read_file(file), Catch::EndsWith("the last\n"));
}

TEST_CASE("while nobody reads the log, lines are dropped and counted, and nobody waits") {
    const Pipe pipe;
    Logger log{LogLevel::info, pipe.ends[1], queue_size};
    constexpr int lines = 1000;
    for (int i = 0; i < lines; ++i) log.info("line " + std::to_string(i));  // returns
    std::string text;
    REQUIRE(eventually([&] {
        text += pipe.read();
        return text.find("lost here") != text.npos;
    }));
    log.info("line " + std::to_string(lines));
    REQUIRE(eventually([&] {
        text += pipe.read();
        return text.ends_with("line 1000\n");
    }));
    CHECK(counted_lines(text) + lost_in(text) == lines + 1);
    CHECK(lost_in(text) > lines / 2);
}

TEST_CASE("the end of the log does not wait for a reader for ever") {
    const Pipe pipe;
    const auto begin = std::chrono::steady_clock::now();
    {
        Logger log{LogLevel::info, pipe.ends[1], queue_size};
        for (int i = 0; i < 1000; ++i) log.info("line " + std::to_string(i));
        log.flush(std::chrono::milliseconds{50});
    }
    CHECK(std::chrono::steady_clock::now() - begin < patience);
    CHECK(counted_lines(pipe.read()) > 0);
}

TEST_CASE("lines of several threads are whole") {
    const TempDirectory directory;
    const auto file = directory.path() / "log";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    {
        Logger log{LogLevel::info, descriptor};
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&log] {
                for (int i = 0; i < 100; ++i) log.info("all of it");
            });
        for (std::thread& thread : threads) thread.join();
    }
    ::close(descriptor);
    const std::string text = read_file(file);
    CHECK(std::count(text.begin(), text.end(), '\n') == 400);
    std::size_t whole = 0;
    for (std::size_t at = text.find(" info all of it\n"); at != text.npos;
         at = text.find(" info all of it\n", at + 1))
        ++whole;
    CHECK(whole == 400);
}

#ifndef PATCHBAY_SANITIZED  // a report could not be written
TEST_CASE("losses are said once, though the disk is full at the last byte of the report") {
    const TempDirectory directory;
    const auto file = directory.path() / "log";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const auto report_of_two = std::string{
        "2026-11-30T00:00:00.000Z warning 2 lines were lost here: "
        "nobody took what was logged\n"};
    const auto first = std::string{"2026-11-30T00:00:00.000Z info first\n"};
    const auto handler_before = ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    {
        Logger log{LogLevel::info, descriptor, 128};
        for (int i = 0; i < 2; ++i) log.info(std::string(200, 'x'));  // more than it ever holds
        const rlimit little{first.size() + report_of_two.size() - 1, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
        log.info("first");
        log.flush(patience);
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        for (const char* text : {"second", "third"}) {
            log.info(text);
            log.flush(patience);
        }
    }
    ::signal(SIGXFSZ, handler_before);
    ::close(descriptor);
    const std::string text = read_file(file);
    INFO(text);
    CHECK(lost_in(text) == 2);
    CHECK(std::count(text.begin(), text.end(), '\n') == 4);
    CHECK_THAT(text, Catch::Contains("Z info first\n") && Catch::Contains("was logged\n") &&
                         Catch::EndsWith("Z info third\n"));
}
#endif

TEST_CASE("a log on a full disk costs lines and nothing else") {
    const int descriptor = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(descriptor >= 0);
    {
        Logger log{LogLevel::info, descriptor};
        for (int i = 0; i < 10; ++i) log.info("nowhere");
        log.flush(patience);
    }
    ::close(descriptor);
}
