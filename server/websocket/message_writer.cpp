#include "websocket/message_writer.hpp"

#include "websocket/utf8.hpp"

#include <array>

namespace patchbay::websocket {
namespace {

// As long as fits behind the code; nothing of what a client would have to refuse (RFC 6455 §5.5.1).
std::string_view fitting(std::string_view reason) noexcept {
    if (!is_utf8(reason)) return {};
    constexpr std::size_t most = max_control_payload - 2;
    if (reason.size() <= most) return reason;
    std::size_t size = most;
    const auto within_character = [&] { return (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U; };
    while (size > 0 && within_character()) --size;
    return reason.substr(0, size);
}

}  // namespace

void append_frame_head(std::string& out, Opcode opcode, std::size_t payload, bool compressed) {
    std::array<char, 10> head{};
    head[0] = static_cast<char>(0x80U | (compressed ? 0x40U : 0U) | static_cast<unsigned>(opcode));
    std::size_t width = 0;
    if (payload <= 125) {
        head[1] = static_cast<char>(payload);
    } else {
        width = payload <= 0xFFFF ? 2 : 8;
        head[1] = static_cast<char>(width == 2 ? 126 : 127);
        for (std::size_t i = 0; i < width; ++i)
            head[2 + i] = static_cast<char>(payload >> 8 * (width - 1 - i) & 0xFFU);
    }
    out.append(head.data(), 2 + width);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_frame_head(out, opcode, payload.size());
    out.append(payload);
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
    if (!may_be_sent(code)) {
        append_frame_head(out, Opcode::close, 0);
        return;
    }
    const auto number = static_cast<std::uint16_t>(code);
    reason = fitting(reason);
    append_frame_head(out, Opcode::close, 2 + reason.size());
    out += static_cast<char>(number >> 8U);
    out += static_cast<char>(number & 0xFFU);
    out.append(reason);
}

}  // namespace patchbay::websocket
