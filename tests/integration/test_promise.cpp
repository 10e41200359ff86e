// Async handlers of one plugin never run at the same time as each other, on any number of event loops, unless
// the plugin is declared parallel.
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace patchbay::test;

namespace {

/// What tests/plugins/promise.cpp reports of itself.
struct Report {
    int overlaps;
    int threads;
    int sections;
};

int number_after(const std::string& text, const std::string& key) {
    return std::stoi(text.substr(text.find("\"" + key + "\":") + key.size() + 3));
}

Report report_under_load(const char* plugin, unsigned sections) {
    ServerProcess server{"listen: 127.0.0.1:0\nevent_loops: 4\n", {{test_plugin(plugin), "promise.so"}}};
    Load load{server.port(), 16, [](HttpClient& client, unsigned thread, std::uint64_t number) {
                  static constexpr std::array targets{"/work", "/touch", "/cross"};
                  const HttpResponse answer = client.get(targets[(thread + number) % targets.size()]);
                  return answer.status == 200 ? "" : std::to_string(answer.status) + " " + answer.body;
              }};
    Report report{};
    const auto ask = [&] {
        const std::string text = HttpClient{server.port()}.get("/report").body;
        report = {number_after(text, "overlaps"), number_after(text, "threads"),
                  number_after(text, "sections")};
        return report.sections >= static_cast<int>(sections);
    };
    CHECK(eventually(ask));
    CHECK(load.stop().empty());
    CHECK(server.terminate() == 0);
    return report;
}

}  // namespace

TEST_CASE("async and inline handlers of a plugin run one at a time") {
    const Report report = report_under_load("promise", 3000);
    CHECK(report.overlaps == 0);
    CHECK(report.threads == 1);
}

TEST_CASE("those of a parallel plugin overlap, so the test above could fail") {
    const Report report = report_under_load("promise_parallel", 3000);
    CHECK(report.overlaps > 0);
    CHECK(report.threads > 1);
}
