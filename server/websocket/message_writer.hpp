// Frames of a server: not masked, each length in its shortest form (RFC 6455 §5.2). Pure functions.
#pragma once

#include "websocket/frame_head.hpp"

#include <patchbay/websocket_close.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::websocket {

enum class Kind : std::uint8_t { text, binary };

constexpr Opcode opcode_of(Kind kind) noexcept { return kind == Kind::text ? Opcode::text : Opcode::binary; }

/// The head of an unfragmented frame, for a payload that is sent from where it lies.
void append_frame_head(std::string& out, Opcode opcode, std::size_t payload, bool compressed = false);

/// An unfragmented frame. Precondition: a control frame has at most max_control_payload bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

/// A Close frame; without code and reason where the code may not be sent, as no_status. A longer reason than
/// fits is cut at the end of a character, and one that is not UTF-8 is left out.
void append_close(std::string& out, CloseCode code, std::string_view reason);

}  // namespace patchbay::websocket
