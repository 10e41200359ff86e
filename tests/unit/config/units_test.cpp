#include "config/units.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <optional>

using namespace patchbay::detail;
using namespace std::chrono_literals;

namespace {

constexpr ValueRange any{0, std::numeric_limits<std::int64_t>::max()};

std::optional<std::chrono::milliseconds> duration(std::string_view text, ValueRange range = any) {
    const auto parsed = parse_duration(text, range);
    if (const auto* const value = std::get_if<std::chrono::milliseconds>(&parsed)) return *value;
    return std::nullopt;
}

std::optional<std::size_t> bytes(std::string_view text, ValueRange range = any) {
    const auto parsed = parse_size(text, range);
    if (const auto* const value = std::get_if<std::size_t>(&parsed)) return *value;
    return std::nullopt;
}

std::string suggestion_for(const auto& parsed) { return std::get<Complaint>(parsed).suggestion; }

}  // namespace

TEST_CASE("durations are a whole number and a unit", "[config]") {
    CHECK(duration("250ms") == 250ms);
    CHECK(duration("30s") == 30s);
    CHECK(duration("5m") == 5min);
    CHECK(duration("1h") == 1h);
    CHECK(duration("0s") == 0ms);
    for (const auto* const text :
         {"", "s", "0", "30", "-5s", "+5s", "1.5s", "1m30s", "30 s", "30S", "1d", " 5s", "5s ", "1e3s"})
        CHECK_FALSE(duration(text));
}

TEST_CASE("durations keep to their range at both ends", "[config]") {
    constexpr ValueRange range{10, 60'000};
    CHECK(duration("10ms", range) == 10ms);
    CHECK_FALSE(duration("9ms", range));
    CHECK(duration("1m", range) == 60s);
    CHECK_FALSE(duration("60001ms", range));
}

TEST_CASE("numbers too large for 64 bits are out of range", "[config]") {
    CHECK_FALSE(duration("99999999999999999999ms"));
    CHECK_FALSE(duration("18446744073709551615h"));
    CHECK_FALSE(bytes("18446744073709551616B"));
    CHECK_FALSE(bytes("17179869184GiB"));
    CHECK_FALSE(bytes("18446744073709551615GB", {0, 1024}));
}

TEST_CASE("sizes have binary and decimal units", "[config]") {
    CHECK(bytes("512B") == 512U);
    CHECK(bytes("64KiB") == 65'536U);
    CHECK(bytes("1MiB") == 1'048'576U);
    CHECK(bytes("2GiB") == 2'147'483'648U);
    CHECK(bytes("64KB") == 64'000U);
    CHECK(bytes("1MB") == 1'000'000U);
    CHECK(bytes("1GB") == 1'000'000'000U);
    for (const auto* const text : {"", "KiB", "1024", "64K", "64kb", "-1B", "1.5MiB", "1 MiB", "1TiB"})
        CHECK_FALSE(bytes(text));
}

TEST_CASE("a complaint knows what was meant", "[config]") {
    CHECK(suggestion_for(parse_duration("30", any)) == "30s");
    CHECK(suggestion_for(parse_duration("30 s", any)) == "30s");
    CHECK(suggestion_for(parse_duration("5sec", any)) == "5s");
    CHECK(suggestion_for(parse_size("64K", any)) == "64KiB");
    CHECK(suggestion_for(parse_size("1 MiB", any)) == "1MiB");
    CHECK(suggestion_for(parse_count("010", any)) == "10");
    CHECK(suggestion_for(parse_count("000", any)) == "0");
}

TEST_CASE("what is formatted reads as the same again", "[config]") {
    for (const auto value : {0ms, 1ms, 999ms, 1000ms, 1500ms, 60'000ms, 90'000ms, 3'600'000ms})
        CHECK(duration(format_duration(value)) == value);
    for (const std::size_t value : {0U, 1U, 1000U, 1024U, 1536U, 1U << 20U, 1U << 30U})
        CHECK(bytes(format_size(value)) == value);
    CHECK(format_duration(90s) == "90s");
    CHECK(format_size(1536) == "1536B");
    CHECK(format_size(2 * 1024 * 1024) == "2MiB");
}
