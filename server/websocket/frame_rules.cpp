#include "websocket/frame_rules.hpp"

#include "http/rule_table.hpp"

#include <algorithm>
#include <array>

namespace patchbay::websocket {
namespace {

constexpr auto table_of_frame_rules = [] {
    using enum FrameFault;
    using Code = CloseCode;
    return std::array{
        FrameRule{reserved_bit, Code::protocol_error, "a reserved bit is set", "RFC 6455 §5.2"},
        FrameRule{reserved_opcode, Code::protocol_error, "a reserved opcode", "RFC 6455 §5.2"},
        FrameRule{control_fragmented, Code::protocol_error, "a control frame is fragmented", "RFC 6455 §5.5"},
        FrameRule{control_too_long, Code::protocol_error, "a control frame has more than 125 bytes",
                  "RFC 6455 §5.5"},
        FrameRule{compressed_control, Code::protocol_error, "a control frame is compressed", "RFC 7692 §6.1"},
        FrameRule{compressed_continuation, Code::protocol_error, "a continuation says that it is compressed",
                  "RFC 7692 §6.1"},
        FrameRule{not_masked, Code::protocol_error, "a frame is not masked", "RFC 6455 §5.1"},
        FrameRule{length_not_minimal, Code::protocol_error, "a length is longer than it has to be",
                  "RFC 6455 §5.2"},
        FrameRule{length_out_of_range, Code::protocol_error, "a length has its highest bit set",
                  "RFC 6455 §5.2"},
        FrameRule{continues_nothing, Code::protocol_error, "a continuation of nothing", "RFC 6455 §5.4"},
        FrameRule{message_not_finished, Code::protocol_error, "a message begins within another",
                  "RFC 6455 §5.4"},
        FrameRule{frame_too_big, Code::message_too_big, "a frame is larger than allowed", "RFC 6455 §7.4.1"},
        FrameRule{message_too_big, Code::message_too_big, "a message is larger than allowed",
                  "RFC 6455 §7.4.1"},
        FrameRule{text_not_utf8, Code::invalid_payload, "a text is not UTF-8", "RFC 6455 §8.1"},
        FrameRule{close_code_cut_off, Code::protocol_error, "half a close code", "RFC 6455 §5.5.1"},
        FrameRule{close_code_invalid, Code::protocol_error, "a close code that is not to be sent",
                  "RFC 6455 §7.4"},
        FrameRule{close_reason_not_utf8, Code::invalid_payload, "a close reason is not UTF-8",
                  "RFC 6455 §5.5.1"},
        FrameRule{malformed_deflate, Code::invalid_payload, "malformed compressed data", "RFC 7692 §7.2.2"},
        FrameRule{unfinished_deflate, Code::invalid_payload, "compressed data that does not end",
                  "RFC 7692 §7.2.2"},
        FrameRule{out_of_memory, Code::internal_error, "no memory to decompress", "RFC 6455 §7.4.1"},
    };
}();

static_assert(has_each_in_order(table_of_frame_rules, FrameFault::out_of_memory));
// A Close frame has at most 125 bytes, two of them the code (RFC 6455 §5.5).
static_assert(std::ranges::all_of(table_of_frame_rules,
                                  [](const FrameRule& rule) { return rule.detail.size() <= 123; }));

}  // namespace

std::span<const FrameRule> frame_rules() noexcept { return table_of_frame_rules; }

const FrameRule& frame_rule(FrameFault fault) noexcept { return row_of(table_of_frame_rules, fault); }

}  // namespace patchbay::websocket
