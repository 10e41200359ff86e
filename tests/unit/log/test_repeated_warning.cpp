#include "log/logger.hpp"
#include "log/repeated_warning.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

using namespace patchbay;

namespace {

std::string lines_of(const std::function<void(Logger&)>& function) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    {
        Logger log{LogLevel::info, ends[1]};
        function(log);
    }
    ::close(ends[1]);
    char bytes[4096];
    const ssize_t size = ::read(ends[0], bytes, sizeof bytes);
    ::close(ends[0]);
    return {bytes, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

TEST_CASE("a warning that is due again and again is written once in its time") {
    const std::string lines = lines_of([](Logger& log) {
        RepeatedWarning warning{log, "too many"};
        for (int i = 0; i < 1000; ++i) warning.note();
    });
    CHECK(lines.ends_with("warning too many\n"));
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
}

TEST_CASE("the next line says how often it was due since") {
    const std::string lines = lines_of([](Logger& log) {
        RepeatedWarning warning{log, "too many", std::chrono::seconds{1}};
        for (int i = 0; i < 3; ++i) warning.note();
        std::this_thread::sleep_for(std::chrono::milliseconds{1'050});
        warning.note();
    });
    CHECK(lines.ends_with("warning too many (3 times since the last such line)\n"));
}
