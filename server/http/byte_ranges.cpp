#include "http/byte_ranges.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace patchbay {
namespace {

// What is too large to be represented lies beyond every file. Nothing: not a number.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    std::uint64_t number = 0;
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (text.empty() || stop != end || error == std::errc::invalid_argument) return std::nullopt;
    return error == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

enum class Verdict { malformed, beyond, within };

Verdict parse_range(std::string_view text, std::uint64_t size, ByteRange& range) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return Verdict::malformed;
    const std::string_view after = text.substr(dash + 1);
    if (dash == 0) {
        const auto suffix = parse_position(after);
        if (!suffix) return Verdict::malformed;
        if (*suffix == 0) return Verdict::beyond;
        range = {size - std::min(*suffix, size), size - 1};
        return Verdict::within;
    }
    const auto first = parse_position(text.substr(0, dash));
    const auto last = after.empty() ? std::numeric_limits<std::uint64_t>::max() : parse_position(after);
    if (!first || !last || *last < *first) return Verdict::malformed;
    if (*first >= size) return Verdict::beyond;
    range = {*first, std::min(*last, size - 1)};
    return Verdict::within;
}

// Joins the range with those it touches, in the place of the first of them.
void add_range(std::vector<ByteRange>& ranges, ByteRange range) {
    std::size_t place = ranges.size();
    for (std::size_t i = ranges.size(); i-- > 0;) {
        const ByteRange& other = ranges[i];
        if (range.first > other.last + 1 || other.first > range.last + 1) continue;
        range = {std::min(range.first, other.first), std::max(range.last, other.last)};
        ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(i));
        place = i;
    }
    ranges.insert(ranges.begin() + static_cast<std::ptrdiff_t>(place), range);
}

}  // namespace

std::optional<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (size == 0 || header.size() < unit.size() || !equal_ignoring_case(header.substr(0, unit.size()), unit))
        return std::nullopt;
    std::vector<ByteRange> ranges;
    std::size_t count = 0;
    std::string_view list = header.substr(unit.size());
    for (std::string_view element = take_element(list); !element.empty(); element = take_element(list)) {
        if (++count > most_ranges) return std::nullopt;
        ByteRange range;
        const Verdict verdict = parse_range(element, size, range);
        if (verdict == Verdict::malformed) return std::nullopt;
        if (verdict == Verdict::within) add_range(ranges, range);
    }
    if (count == 0) return std::nullopt;
    return ranges;
}

}  // namespace patchbay
