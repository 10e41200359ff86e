// Schedules of a plugin that is loaded, replaced and refused by the real binary.
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

using namespace patchbay::test;

namespace {

std::string configuration(const std::string& words) {
    return "listen: 127.0.0.1:0\nsettings: {schedules: {words: " + words + "}}\n";
}

}  // namespace

TEST_CASE("a schedule runs for the generation that serves, and for no other") {
    ServerProcess server{configuration("one"), {{test_plugin("schedules"), "schedules.so"}}};
    server.wait_for_log("it ticks: one");
    server.reconfigure(configuration("two"));
    server.signal(SIGHUP);
    server.wait_for_log("it ticks: two");
    const std::size_t mark = server.log_mark();
    server.wait_for_log("it ticks: two", mark);
    CHECK(server.log().find("it ticks: one", mark) == std::string::npos);
    // Of another that is refused nothing runs, and this one goes on.
    server.install(test_plugin("schedules_wrong"), "schedules.so");
    CHECK(server.wait_for_log("refused").find(
              "the cron expression '0 0 30 2 *' never comes: no such month has such a day") !=
          std::string::npos);
    server.wait_for_log("it ticks: two", server.log_mark());
    CHECK(server.terminate() == 0);
}

TEST_CASE("a plugin that is seen for the first time while the server runs has its schedule, too") {
    ServerProcess server{configuration("late")};
    server.install(test_plugin("schedules"), "schedules.so");
    server.wait_for_log("it ticks: late");
    CHECK(server.terminate() == 0);
}
