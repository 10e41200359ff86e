#include "log/line_ring.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <thread>

using namespace patchbay;

TEST_CASE("lines come out as they went in, wherever the ring's end falls") {
    LineRing ring{64};
    std::string out;
    std::string expected;
    for (int i = 0; i < 200; ++i) {
        const std::string line = std::string(static_cast<std::size_t>(i % 30), 'x') + "\n";
        REQUIRE(ring.push(line) > 0);
        expected += line;
        if (i % 2 == 1) ring.take(out);
    }
    ring.take(out);
    CHECK(out == expected);
    CHECK(ring.dropped() == 0);
}

TEST_CASE("what finds no room is dropped whole and counted") {
    LineRing ring{16};
    CHECK(ring.push("1234567\n") == 8);
    CHECK(ring.push("123456789\n") == 0);
    CHECK(ring.push("abcdefg\n") == 16);
    CHECK(ring.push("\n") == 0);
    CHECK(ring.dropped() == 2);
    std::string out;
    ring.take(out);
    CHECK(out == "1234567\nabcdefg\n");
    CHECK(ring.push("again\n") == 6);
    CHECK(ring.push(std::string(17, 'x')) == 0);
    CHECK(ring.dropped() == 3);
}

TEST_CASE("a thread that pushes and one that takes lose nothing but what is counted") {
    constexpr std::size_t lines = 200'000;
    LineRing ring{1024};
    std::string out;
    std::size_t taken = 0;
    bool whole = true;
    std::thread taker{[&] {
        for (bool closed = false; !closed;) {
            closed = ring.closed();
            out.clear();
            ring.take(out);
            whole = whole && (out.empty() || out.back() == '\n');
            taken += static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
        }
    }};
    for (std::size_t i = 0; i < lines; ++i) ring.push(std::to_string(i) + "\n");
    ring.close();
    taker.join();
    CHECK(whole);
    CHECK(taken + ring.dropped() == lines);
}
