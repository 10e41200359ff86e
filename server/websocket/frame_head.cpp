#include "websocket/frame_head.hpp"

#include <algorithm>

namespace patchbay::websocket {
namespace {

constexpr unsigned fin_bit = 0x80, rsv1_bit = 0x40, other_reserved_bits = 0x30, opcode_bits = 0x0F;
constexpr unsigned mask_bit = 0x80, length_bits = 0x7F;
constexpr unsigned length_in_2_bytes = 126, length_in_8_bytes = 127;

unsigned byte_at(std::string_view bytes, std::size_t index) noexcept {
    return static_cast<unsigned char>(bytes[index]);
}

bool is_reserved(unsigned opcode) noexcept { return opcode > 10 || (opcode > 2 && opcode < 8); }

FrameFault judge_first_two(unsigned first, unsigned second) noexcept {
    if ((first & other_reserved_bits) != 0) return FrameFault::reserved_bit;
    if (is_reserved(first & opcode_bits)) return FrameFault::reserved_opcode;
    if (is_control(static_cast<Opcode>(first & opcode_bits))) {
        if ((first & fin_bit) == 0) return FrameFault::control_fragmented;
        if ((second & length_bits) > max_control_payload) return FrameFault::control_too_long;
    }
    return (second & mask_bit) == 0 ? FrameFault::not_masked : FrameFault::none;
}

FrameFault read_long_length(std::string_view bytes, std::size_t width, std::uint64_t& length) noexcept {
    length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8U | byte_at(bytes, 2 + i);
    if (length >> 63U != 0) return FrameFault::length_out_of_range;
    const std::uint64_t least = width == 2 ? length_in_2_bytes : 0x10000;
    return length < least ? FrameFault::length_not_minimal : FrameFault::none;
}

}  // namespace

FrameFault parse_frame_head(std::string_view bytes, FrameHead& head) noexcept {
    head.size = 0;
    if (bytes.size() < 2) return FrameFault::none;
    const unsigned first = byte_at(bytes, 0);
    const unsigned second = byte_at(bytes, 1);
    if (const FrameFault fault = judge_first_two(first, second); fault != FrameFault::none) return fault;
    head.fin = (first & fin_bit) != 0;
    head.rsv1 = (first & rsv1_bit) != 0;
    head.opcode = static_cast<Opcode>(first & opcode_bits);
    head.payload = second & length_bits;

    std::size_t width = 0;  // of the length that follows
    if (head.payload == length_in_2_bytes) width = 2;
    if (head.payload == length_in_8_bytes) width = 8;
    if (bytes.size() < 2 + width) return FrameFault::none;
    if (width != 0) {
        const FrameFault fault = read_long_length(bytes, width, head.payload);
        if (fault != FrameFault::none) return fault;
    }
    if (bytes.size() < 2 + width + head.key.size()) return FrameFault::none;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + width), head.key.size(), head.key.begin());
    head.size = static_cast<std::uint8_t>(2 + width + head.key.size());
    return FrameFault::none;
}

}  // namespace patchbay::websocket
