// Frames as a client sends them, or as no decent client would.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::test {

struct ClientFrame {
    bool fin = true;
    unsigned reserved = 0;  ///< 4: RSV1, 2: RSV2, 1: RSV3
    std::array<char, 4> key{'\x12', '\x00', '\xfe', '\x7f'};
};

inline std::string client_frame(unsigned opcode, std::string_view payload, const ClientFrame& details = {}) {
    std::string out;
    out += static_cast<char>((details.fin ? 0x80U : 0U) | details.reserved << 4U | opcode);
    const std::size_t size = payload.size();
    const std::size_t width = size <= 125 ? 0 : size <= 0xFFFF ? 2 : 8;
    out += static_cast<char>(0x80U | (width == 0 ? size : width == 2 ? 126U : 127U));
    for (std::size_t i = width; i > 0; --i) out += static_cast<char>(size >> 8U * (i - 1) & 0xFFU);
    out.append(details.key.begin(), details.key.end());
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ details.key[i % 4]);
    return out;
}

inline std::string text_frame(std::string_view payload, const ClientFrame& details = {}) {
    return client_frame(1, payload, details);
}

inline std::string close_frame(unsigned code, std::string_view reason = {}) {
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return client_frame(8, payload.append(reason));
}

}  // namespace patchbay::test
