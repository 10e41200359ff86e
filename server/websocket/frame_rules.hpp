// What makes a WebSocket's client one to part from: a decision a row, with the code that the Close frame
// gives and the section that it rests on.
#pragma once

#include <patchbay/websocket_close.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace patchbay::websocket {

enum class FrameFault : std::uint8_t {
    none,
    reserved_bit,
    reserved_opcode,
    control_fragmented,
    control_too_long,
    compressed_control,
    compressed_continuation,
    not_masked,
    length_not_minimal,
    length_out_of_range,
    continues_nothing,
    message_not_finished,
    frame_too_big,
    message_too_big,
    text_not_utf8,
    close_code_cut_off,
    close_code_invalid,
    close_reason_not_utf8,
    malformed_deflate,
    unfinished_deflate,
    out_of_memory,
};

struct FrameRule {
    FrameFault fault = FrameFault::none;
    CloseCode code = CloseCode::protocol_error;
    std::string_view detail;   ///< the Close frame's reason; a literal of at most 123 bytes
    std::string_view section;  ///< where the decision comes from
};

/// Every fault but `none`, in their order.
std::span<const FrameRule> frame_rules() noexcept;
/// Precondition: not `none`.
const FrameRule& frame_rule(FrameFault fault) noexcept;

}  // namespace patchbay::websocket
