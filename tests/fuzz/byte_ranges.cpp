// The Range header, of a representation of as many bytes as the first line says: what is taken lies within
// it, and covers exactly what a plain reading of the header asks for.
#include "http/byte_ranges.hpp"

#include "target.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace patchbay::fuzz {
namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

// What is larger than a number can be lies beyond every file.
std::optional<std::uint64_t> number(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    return value;
}

// Merged and in order of their bytes.
void merge(std::vector<ByteRange>& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ByteRange> merged;
    for (const ByteRange& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().last + 1)
            merged.back().last = std::max(merged.back().last, range.last);
        else
            merged.push_back(range);
    }
    ranges = std::move(merged);
}

// RFC 9110 §14.1.1 by the letter. Nothing: malformed.
std::optional<std::vector<ByteRange>> reference(std::string_view list, std::uint64_t size) {
    std::vector<ByteRange> ranges;
    std::size_t count = 0;
    while (!list.empty()) {
        const std::string_view text = trimmed(list.substr(0, list.find(',')));
        list.remove_prefix(
            std::min(list.size(), list.find(',') == list.npos ? list.size() : list.find(',') + 1));
        if (text.empty()) continue;
        ++count;
        const std::size_t dash = text.find('-');
        if (dash == text.npos) return std::nullopt;
        const auto first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
        const bool open = dash + 1 == text.size();
        if ((dash > 0 && !first) || (!open && !last) || (dash == 0 && open)) return std::nullopt;
        if (first && last && *last < *first) return std::nullopt;
        const std::uint64_t begin = first ? *first : size - std::min(*last, size);
        const std::uint64_t end = first && last ? std::min(*last, size - 1) : size - 1;
        if (begin <= end) ranges.push_back({begin, end});
    }
    if (count == 0 || count > most_ranges) return std::nullopt;
    merge(ranges);
    return ranges;
}

}  // namespace

void byte_ranges(std::string_view input) {
    const std::string_view line = take_line(input);
    std::uint64_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size);
    // Files are no larger, and one more than their last byte is a number.
    size = std::min(size, std::uint64_t{1} << 63U);
    auto ranges = parse_ranges(input, size);
    if (size == 0) return require(!ranges, "nothing has no ranges");
    if (ranges) {
        require(ranges->size() <= most_ranges, "there are few of them");
        for (const ByteRange& range : *ranges)
            require(range.first <= range.last && range.last < size, "a range lies within the size");
        for (std::size_t i = 0; i < ranges->size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                require(
                    (*ranges)[i].last + 1 < (*ranges)[j].first || (*ranges)[j].last + 1 < (*ranges)[i].first,
                    "no two of them touch");
        merge(*ranges);
    }
    if (input.starts_with("bytes=")) require(ranges == reference(input.substr(6), size), "as asked for");
}

}  // namespace patchbay::fuzz
