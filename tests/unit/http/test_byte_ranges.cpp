#include "http/byte_ranges.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace patchbay;

namespace {

using Ranges = std::vector<ByteRange>;

}  // namespace

TEST_CASE("the forms of a range") {
    CHECK(parse_ranges("bytes=0-0", 10) == Ranges{{0, 0}});
    CHECK(parse_ranges("bytes=2-4", 10) == Ranges{{2, 4}});
    CHECK(parse_ranges("bytes=7-", 10) == Ranges{{7, 9}});
    CHECK(parse_ranges("bytes=-3", 10) == Ranges{{7, 9}});
    CHECK(parse_ranges("bytes=-30", 10) == Ranges{{0, 9}});
    CHECK(parse_ranges("bytes=5-1000", 10) == Ranges{{5, 9}});
    CHECK(parse_ranges("BYTES=0-0", 10) == Ranges{{0, 0}});
    CHECK(parse_ranges("bytes= 0-0 , ,\t9-9,", 10) == Ranges{{0, 0}, {9, 9}});
}

TEST_CASE("numbers beyond any file are beyond this one") {
    CHECK(parse_ranges("bytes=99999999999999999999999-", 10) == Ranges{});
    CHECK(parse_ranges("bytes=0-99999999999999999999999", 10) == Ranges{{0, 9}});
    CHECK(parse_ranges("bytes=-99999999999999999999999", 10) == Ranges{{0, 9}});
    CHECK(parse_ranges("bytes=-9223372036854775600,-9223372036854775700", 5) == Ranges{{0, 4}});
}

TEST_CASE("a range that lies outside can't be satisfied, unless another can") {
    CHECK(parse_ranges("bytes=10-", 10) == Ranges{});
    CHECK(parse_ranges("bytes=-0", 10) == Ranges{});
    CHECK(parse_ranges("bytes=10-20,3-3", 10) == Ranges{{3, 3}});
}

TEST_CASE("a malformed header is ignored") {
    const auto header = GENERATE(as<std::string>{}, "", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=1",
                                 "bytes=--1", "bytes=3-2", "bytes=1-2x", "bytes=+1-2", "bytes=0x1-2",
                                 "bytes=0-1,x", "lines=1-2", "bytes:1-2", "bytes =0-1", "bytes=0-1;2-3");
    CHECK_FALSE(parse_ranges(header, 10));
}

TEST_CASE("nothing beyond the header is read") {
    const std::vector<char> header{'B', 'y', 't', 'e', 'S', '='};  // of its exact size, for a sanitizer
    CHECK_FALSE(parse_ranges({header.data(), header.size()}, 10));
}

TEST_CASE("an empty representation has no ranges") { CHECK_FALSE(parse_ranges("bytes=0-", 0)); }

TEST_CASE("ranges that overlap or touch are joined where the first of them stood") {
    CHECK(parse_ranges("bytes=8-9,0-2,2-4,5-5", 10) == Ranges{{8, 9}, {0, 5}});
    CHECK(parse_ranges("bytes=0-0,2-2,1-1", 10) == Ranges{{0, 2}});
    CHECK(parse_ranges("bytes=9-9,0-0", 10) == Ranges{{9, 9}, {0, 0}});
}

TEST_CASE("a header with too many ranges is ignored") {
    std::string header = "bytes=0-0";
    for (std::size_t i = 1; i < most_ranges; ++i) header += "," + std::to_string(2 * i) + "-";
    CHECK(parse_ranges(header, 1000));
    CHECK_FALSE(parse_ranges(header + ",0-0", 1000));
}
