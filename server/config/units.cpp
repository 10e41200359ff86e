#include "config/units.hpp"

#include "config/source_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace patchbay::detail {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

struct Slip {
    std::string_view written;
    std::string_view meant;
};

// What a kind of quantity is called and which units it has, the units from large to small.
struct Quantity {
    std::string_view name;
    std::string_view units_sentence;
    std::string_view example_of_small_unit;
    std::string_view usual_unit;
    std::span<const Unit> units;
    std::span<const Slip> slips;
    std::string (*format)(std::uint64_t);
};

constexpr std::array duration_units{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array duration_slips{Slip{"sec", "s"},     Slip{"secs", "s"},    Slip{"second", "s"},
                                    Slip{"seconds", "s"}, Slip{"min", "m"},     Slip{"mins", "m"},
                                    Slip{"minute", "m"},  Slip{"minutes", "m"}, Slip{"hr", "h"},
                                    Slip{"hrs", "h"},     Slip{"hour", "h"},    Slip{"hours", "h"},
                                    Slip{"msec", "ms"},   Slip{"millis", "ms"}, Slip{"milliseconds", "ms"},
                                    Slip{"S", "s"},       Slip{"MS", "ms"},     Slip{"H", "h"}};
constexpr std::array size_units{Unit{"GiB", 1U << 30U},
                                Unit{"GB", 1'000'000'000},
                                Unit{"MiB", 1U << 20U},
                                Unit{"MB", 1'000'000},
                                Unit{"KiB", 1U << 10U},
                                Unit{"KB", 1'000},
                                Unit{"B", 1}};
constexpr std::array size_slips{Slip{"k", "KiB"},   Slip{"K", "KiB"}, Slip{"m", "MiB"},   Slip{"M", "MiB"},
                                Slip{"g", "GiB"},   Slip{"G", "GiB"}, Slip{"kb", "KB"},   Slip{"kB", "KB"},
                                Slip{"mb", "MB"},   Slip{"gb", "GB"}, Slip{"kib", "KiB"}, Slip{"mib", "MiB"},
                                Slip{"gib", "GiB"}, Slip{"b", "B"},   Slip{"bytes", "B"}, Slip{"Ki", "KiB"},
                                Slip{"Mi", "MiB"},  Slip{"Gi", "GiB"}};

std::string format_milliseconds(std::uint64_t value) {
    return format_duration(std::chrono::milliseconds{static_cast<std::int64_t>(value)});
}

constexpr Quantity duration{"a duration",   "ms, s, m or h", "1500ms",           "s",
                            duration_units, duration_slips,  format_milliseconds};
constexpr Quantity size{"a size",   "B, KiB, MiB, GiB, KB, MB or GB", "1536KiB", "B", size_units, size_slips,
                        format_size};

/// Nothing when `digits` is not a whole number; the largest number when it is too large for 64 bits.
std::optional<std::uint64_t> whole_number(std::string_view digits) {
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    std::uint64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    return value;
}

Complaint expected(std::string what, std::string_view found, std::string suggestion = {}) {
    return {"expected " + std::move(what) + ", found '" + abbreviate(found) + '\'', std::move(suggestion)};
}

std::string range_text(const Quantity& quantity, ValueRange range) {
    return std::string{quantity.name} + " from " + quantity.format(range.minimum) + " to " +
           quantity.format(range.maximum);
}

Complaint unknown_unit(const Quantity& quantity, std::string_view text, std::string_view digits) {
    const auto after = text.find_first_not_of(" \t", digits.size());
    const auto unit = after == std::string_view::npos ? std::string_view{} : text.substr(after);
    const std::string units{quantity.units_sentence};
    if (unit.empty())
        return {std::string{quantity.name} + " needs a unit, one of " + units + "; found '" +
                    abbreviate(text) + '\'',
                std::string{digits} + std::string{quantity.usual_unit}};
    if (unit.front() == '.' || unit.front() == ',')
        return expected(std::string{quantity.name} + " in whole numbers, such as " +
                            std::string{quantity.example_of_small_unit},
                        text);
    const auto known = [&](std::string_view name) {
        return std::any_of(quantity.units.begin(), quantity.units.end(),
                           [&](auto& entry) { return entry.name == name; });
    };
    const auto slip = std::find_if(quantity.slips.begin(), quantity.slips.end(),
                                   [&](const Slip& entry) { return entry.written == unit; });
    const auto meant = slip != quantity.slips.end() ? slip->meant : known(unit) ? unit : std::string_view{};
    auto suggestion = meant.empty() ? std::string{} : std::string{digits} + std::string{meant};
    return expected(std::string{quantity.name} + " as one whole number and one unit of " + units, text,
                    std::move(suggestion));
}

Parsed<std::uint64_t> parse_quantity(const Quantity& quantity, std::string_view text, ValueRange range) {
    const auto first_other = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(first_other - text.begin()));
    const auto value = whole_number(digits);
    if (!value) return expected(range_text(quantity, range), text);
    const auto unit = std::find_if(quantity.units.begin(), quantity.units.end(), [&](const Unit& entry) {
        return entry.name == text.substr(digits.size());
    });
    if (unit == quantity.units.end()) return unknown_unit(quantity, text, digits);
    const bool overflows = *value > std::numeric_limits<std::uint64_t>::max() / unit->factor;
    if (overflows || !range.contains(*value * unit->factor))
        return expected(range_text(quantity, range), text);
    return *value * unit->factor;
}

std::string format_in(std::span<const Unit> units, std::uint64_t value, std::string_view of_nothing) {
    if (value == 0) return std::string{of_nothing};
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const Unit& entry) { return value % entry.factor == 0; });
    return std::to_string(value / unit->factor) + std::string{unit->name};
}

}  // namespace

Parsed<std::chrono::milliseconds> parse_duration(std::string_view text, ValueRange range) {
    auto parsed = parse_quantity(duration, text, range);
    if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::get<std::uint64_t>(parsed))};
}

Parsed<std::size_t> parse_size(std::string_view text, ValueRange range) {
    auto parsed = parse_quantity(size, text, range);
    if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
    return static_cast<std::size_t>(std::get<std::uint64_t>(parsed));
}

Parsed<std::size_t> parse_count(std::string_view text, ValueRange range) {
    const auto value = whole_number(text);
    const auto what =
        "a whole number from " + std::to_string(range.minimum) + " to " + std::to_string(range.maximum);
    if (value && text.size() > 1 && text.front() == '0') {
        const auto significant = text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
        return expected(what + " without leading zeros", text, std::string{significant});
    }
    if (!value || !range.contains(*value)) return expected(what, text);
    return static_cast<std::size_t>(*value);
}

std::string format_duration(std::chrono::milliseconds value) {
    return format_in(duration_units, static_cast<std::uint64_t>(value.count()), "0s");
}

std::string format_size(std::uint64_t bytes) {
    static constexpr std::array binary{size_units[0], size_units[2], size_units[4], size_units[6]};
    return format_in(binary, bytes, "0B");
}

}  // namespace patchbay::detail
