// What the tables of decisions have in common: an enumeration of faults whose first is `none`, and an array
// with a row for each of the others, in their order.
#pragma once

#include <array>
#include <cstddef>

namespace patchbay {

template <class Rule, std::size_t size, class Fault>
constexpr bool has_each_in_order(const std::array<Rule, size>& rules, Fault last) {
    for (std::size_t i = 0; i < size; ++i) {
        if (static_cast<std::size_t>(rules[i].fault) != i + 1) return false;
    }
    return rules[size - 1].fault == last;
}

/// Precondition: not `none`.
template <class Rule, std::size_t size, class Fault>
constexpr const Rule& row_of(const std::array<Rule, size>& rules, Fault fault) noexcept {
    return rules[static_cast<std::size_t>(fault) - 1];
}

}  // namespace patchbay
