// Durations and sizes as an operator writes them: a whole number and its unit, as in 30s or 64KiB. Stateless;
// any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace patchbay::detail {

/// In ASCII, whatever the locale.
constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Why a value could not be read, and what was perhaps meant.
struct Complaint {
    std::string text;
    std::string suggestion;
};

template <class T>
using Parsed = std::variant<T, Complaint>;

/// Both ends included.
struct ValueRange {
    std::uint64_t minimum = 0;
    std::uint64_t maximum = 0;

    bool contains(std::uint64_t value) const { return value >= minimum && value <= maximum; }
};

/// `range` is in milliseconds. Units: ms, s, m, h.
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text, ValueRange range);
/// `range` is in bytes. Units: B; KiB, MiB, GiB (of 1024); KB, MB, GB (of 1000).
Parsed<std::size_t> parse_size(std::string_view text, ValueRange range);
/// Decimal digits only; a leading zero is refused, since YAML 1.1 reads it as octal.
Parsed<std::size_t> parse_count(std::string_view text, ValueRange range);

/// In the largest unit that leaves a whole number, so that reading it gives `duration` again; "0s" for none.
std::string format_duration(std::chrono::milliseconds duration);
/// Likewise, in units of 1024; "0B" for none.
std::string format_size(std::uint64_t bytes);

}  // namespace patchbay::detail
