// Units in which the tables of keys write their ranges. Constants.
#pragma once

#include <cstdint>

namespace patchbay::detail {

constexpr std::uint64_t second = 1'000;  // in milliseconds, as all times in ranges
constexpr std::uint64_t hour = 3'600 * second;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t kib = 1'024;
constexpr std::uint64_t mib = 1'024 * kib;
constexpr std::uint64_t gib = 1'024 * mib;

}  // namespace patchbay::detail
