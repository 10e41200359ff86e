// The swap storm: two builds of a plugin replace each other while every kind of handler is under load.
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace patchbay::test;

namespace {

constexpr std::array<std::string_view, 6> handlers{"await",    "async",    "blocking",
                                                   "detached", "throwing", "inline"};

unsigned swaps_wanted() {
    if (const char* text = std::getenv("PATCHBAY_STORM_SWAPS"))
        return static_cast<unsigned>(std::stoul(text));
#ifdef PATCHBAY_SANITIZED
    return 30;
#else
    return 200;
#endif
}

/// As tests/plugins/storm.cpp has it.
std::string body_of(char letter, std::string_view handler, const std::string& id) {
    std::string text{letter};
    text.append(":").append(handler).append(":").append(id).append(":");
    const std::size_t step = letter == 'a' ? 7 : 11;
    for (std::size_t i = 0; i < 1000; ++i) text += static_cast<char>('0' + (i * step + id.size()) % 64);
    return text;
}

std::string one_request(HttpClient& client, unsigned thread, std::uint64_t number) {
    const std::string_view handler = handlers[(thread + number) % handlers.size()];
    const std::string id = std::to_string(thread) + "-" + std::to_string(number);
    const HttpResponse answer = client.get("/storm/" + std::string{handler} + "/" + id);
    if (handler == "throwing") {
        const bool right = answer.status == 500 &&
                           answer.header("content-type") == "application/problem+json" &&
                           answer.body.find("private") == std::string::npos;
        return right ? "" : "throwing: " + std::to_string(answer.status) + " " + answer.body;
    }
    if (answer.status == 200 &&
        (answer.body == body_of('a', handler, id) || answer.body == body_of('b', handler, id)))
        return {};
    return std::string{handler} + ": " + std::to_string(answer.status) + " " + answer.body;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// Of the lines "detached work: N begun, M ended": how many there are, and those where the two differ.
std::pair<std::size_t, std::vector<std::string>> detached_work(const std::string& log) {
    constexpr std::string_view words = "detached work: ";
    std::size_t lines = 0;
    std::vector<std::string> unfinished;
    for (std::size_t at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) {
        const std::string line = log.substr(at, log.find('\n', at) - at);
        const unsigned long begun = std::stoul(line.substr(words.size()));
        ++lines;
        if (line !=
            std::string{words} + std::to_string(begun) + " begun, " + std::to_string(begun) + " ended")
            unfinished.push_back(line);
    }
    return {lines, unfinished};
}

struct Footprint {
    std::size_t resident;
    std::size_t mappings;
};

Footprint footprint(const ServerProcess& server) {
    return {resident_kibibytes(server.id()), mappings(server.id())};
}

}  // namespace

TEST_CASE("two builds replace each other under load") {
    ServerProcess server{R"(
listen: 127.0.0.1:0
event_loops: 2
plugins: {settle: 10ms}
)",
                         {{test_plugin("storm_a"), "storm.so"}}};
    const unsigned swaps = swaps_wanted();
    const unsigned warm_up = std::clamp(swaps / 4, 1u, 20u);
    const std::size_t descriptors = open_descriptors(server.id());
    Footprint first{};
    Load load{server.port(), 16, one_request};
    for (unsigned swap = 1; swap <= swaps; ++swap) {
        const bool to_b = swap % 2 == 1;
        const std::size_t mark = server.log_mark();
        server.install(test_plugin(to_b ? "storm_b" : "storm_a"), "storm.so");
        server.wait_for_log(
            "storm " + std::string{to_b ? "2" : "1"} + ".0.0 gen " + std::to_string(swap + 1) + " serving",
            mark);
        if (swap == warm_up) first = footprint(server);
    }
    const std::vector<std::string> failures = load.stop();
    for (const std::string& failure : failures) UNSCOPED_INFO(failure);
    CHECK(failures.empty());
    CHECK(eventually([&] { return count(server.log(), "unmapped in") == swaps; }));
    CHECK(server.log().find("stays") == std::string::npos);
    CHECK(server.log().find("refused") == std::string::npos);
    const Footprint last = footprint(server);
    std::cout << swaps << " swaps, " << load.requests() << " requests, " << failures.size()
              << " failed; after " << warm_up << " and " << swaps << ": resident " << first.resident << " -> "
              << last.resident << " KiB, mappings " << first.mappings << " -> " << last.mappings << std::endl;
    CHECK(load.requests() > swaps * 10);
    CHECK(eventually([&] { return open_descriptors(server.id()) == descriptors; }));
#ifndef PATCHBAY_SANITIZED  // whose allocators and shadows keep what was freed
    CHECK(last.mappings < first.mappings + 5);
    CHECK(last.resident < first.resident + 3 * 1024);
#endif
    CHECK(server.terminate() == 0);
    const auto [generations, unfinished] = detached_work(server.log());
    CHECK(generations == swaps + 1);
    CHECK(unfinished == std::vector<std::string>{});
    // One that was replaced at once on a slow machine may have had none.
    const std::string log = server.log();
    const auto begun = [&log](char digit) {
        return log.find(std::string{"detached work: "} + digit) != std::string::npos;
    };
    CHECK(std::ranges::any_of(std::string_view{"123456789"}, begun));
    CHECK(std::filesystem::is_empty(server.temporary()));
}
