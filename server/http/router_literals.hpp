// An immutable hash table in flat arrays from (node, text) to a node: the literal edges of the route tree.
// Owned by a Router; reading is safe on any thread and allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

inline constexpr std::uint32_t no_index = UINT32_MAX;

struct LiteralEdge {
    std::uint32_t from = no_index;
    std::uint32_t to = no_index;
    std::string text;
};

class RouterLiterals {
public:
    RouterLiterals() = default;
    /// Preconditions: no two edges have the same `from` and text.
    explicit RouterLiterals(const std::vector<LiteralEdge>& edges);

    /// The node that the edge leads to, or no_index. Text longer than any edge's is refused unread, so that a
    /// long segment costs nothing.
    std::uint32_t find(std::uint32_t from, std::string_view text) const noexcept;

private:
    struct Slot {
        std::uint32_t from = no_index;
        std::uint32_t to = no_index;  ///< no_index: the slot is free
        std::uint32_t hash = 0;
        std::uint32_t offset = 0;  ///< of the text in texts_
        std::uint32_t size = 0;
    };

    std::vector<Slot> slots_;  ///< a power of two of them, at most half in use
    std::string texts_;
    std::size_t longest_ = 0;
};

}  // namespace patchbay::detail
