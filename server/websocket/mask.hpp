// The masking of a client's payload (RFC 6455 §5.3).
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace patchbay::websocket {

using MaskKey = std::array<char, 4>;

/// Masks or unmasks in place. `offset` is where in the frame's payload the bytes begin.
void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset) noexcept;

}  // namespace patchbay::websocket
