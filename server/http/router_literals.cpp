#include "http/router_literals.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace patchbay::detail {
namespace {

std::uint32_t hash_of(std::uint32_t from, std::string_view text) noexcept {
    // The odd factor spreads neighbouring node numbers over all bits; the shift folds them into those kept.
    constexpr std::uint64_t spread = 0x9E3779B97F4A7C15;
    const std::uint64_t mixed = std::hash<std::string_view>{}(text) ^ ((from + std::uint64_t{1}) * spread);
    return static_cast<std::uint32_t>(mixed ^ (mixed >> 32));
}

}  // namespace

RouterLiterals::RouterLiterals(const std::vector<LiteralEdge>& edges)
    : slots_(std::bit_ceil(edges.size() * 2)) {
    const std::size_t mask = slots_.size() - 1;
    for (const LiteralEdge& edge : edges) {
        const std::uint32_t hash = hash_of(edge.from, edge.text);
        std::size_t at = hash & mask;
        while (slots_[at].to != no_index) at = (at + 1) & mask;
        slots_[at] = {edge.from, edge.to, hash, static_cast<std::uint32_t>(texts_.size()),
                      static_cast<std::uint32_t>(edge.text.size())};
        texts_ += edge.text;
        longest_ = std::max(longest_, edge.text.size());
    }
}

std::uint32_t RouterLiterals::find(std::uint32_t from, std::string_view text) const noexcept {
    if (slots_.empty() || text.size() > longest_) return no_index;
    const std::uint32_t hash = hash_of(from, text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].to != no_index; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.hash == hash && slot.from == from &&
            std::string_view{texts_.data() + slot.offset, slot.size} == text) {
            return slot.to;
        }
    }
    return no_index;
}

}  // namespace patchbay::detail
