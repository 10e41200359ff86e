// The head of one frame from a client (RFC 6455 §5.2). Pure functions.
#pragma once

#include "websocket/frame_rules.hpp"
#include "websocket/mask.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace patchbay::websocket {

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

constexpr bool is_control(Opcode opcode) noexcept { return static_cast<std::uint8_t>(opcode) >= 8; }

/// Bytes of the payload of a control frame.
constexpr std::size_t max_control_payload = 125;

struct FrameHead {
    static constexpr std::size_t max_size = 14;

    std::uint64_t payload = 0;  ///< bytes
    MaskKey key{};
    std::uint8_t size = 0;  ///< bytes of the head itself; 0: not all of it has come
    bool fin = false;
    bool rsv1 = false;  ///< whether it may be set is up to what was negotiated
    Opcode opcode = Opcode::continuation;
};

/// Reads the head at the front of `bytes`. A fault is said as soon as its bytes are there.
FrameFault parse_frame_head(std::string_view bytes, FrameHead& head) noexcept;

}  // namespace patchbay::websocket
