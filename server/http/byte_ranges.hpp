// The Range header (RFC 9110 §14). Values without threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace patchbay {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< inclusive, within the size

    std::uint64_t length() const noexcept { return last - first + 1; }
    bool operator==(const ByteRange&) const = default;
};

/// A header that asks for more ranges is ignored: its answer would cost more than the whole.
constexpr std::size_t most_ranges = 16;

/// The ranges of a representation of `size` bytes, in the order asked for; those that touch are joined.
/// Empty: none of them lies within (416). Nothing: the header is to be ignored, as one of another unit, a
/// malformed one and any for an empty representation are.
std::optional<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size);

}  // namespace patchbay
