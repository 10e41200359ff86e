#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace patchbay::fuzz {
namespace {

constexpr std::size_t most_single_bytes = 2048;  // a longer input byte by byte would slow the search down

std::uint32_t fnv_1a(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
    return hash;
}

}  // namespace

void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "the property does not hold: %.*s\n", static_cast<int>(property.size()),
                 property.data());
    std::abort();
}

Chance::Chance(std::string_view input) : random_{fnv_1a(input)} {}

std::vector<std::vector<std::size_t>> ways_to_split(std::string_view input) {
    std::vector<std::vector<std::size_t>> ways;
    if (input.size() <= most_single_bytes) ways.emplace_back(input.size(), 1);
    Chance chance{input};
    for (const std::size_t longest : {std::size_t{7}, input.size() + 1}) {
        std::vector<std::size_t> sizes;
        for (std::size_t left = input.size(); left > 0; left -= sizes.back())
            sizes.push_back(std::min(left, 1 + chance.below(longest)));
        ways.push_back(std::move(sizes));
    }
    return ways;
}

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

}  // namespace patchbay::fuzz
