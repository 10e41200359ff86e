// The payload of a compressed message: in one piece and split anywhere, and again after its text was
// compressed anew.
#include "target.hpp"
#include "websocket/deflater.hpp"
#include "websocket/inflater.hpp"

namespace patchbay::fuzz {
namespace {

using namespace websocket;

constexpr std::size_t most_inflated = 64 * 1024;

struct Inflated {
    FrameFault fault = FrameFault::none;
    std::string text;

    bool operator==(const Inflated&) const = default;
};

Inflated inflated(std::string_view input, const std::vector<std::size_t>& sizes, CompressionPool& pool) {
    Inflater inflater{{.client_no_context_takeover = true}, pool};
    Inflated result;
    for (const std::size_t size : sizes) {
        const std::vector<char> piece{input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)};
        input.remove_prefix(size);
        result.fault = inflater.take({piece.data(), size}, result.text, most_inflated);
        require(result.text.size() <= most_inflated, "decompressing stops at the limit");
        if (result.fault != FrameFault::none) return result;
    }
    result.fault = inflater.end(result.text, most_inflated);
    require(result.text.size() <= most_inflated, "decompressing stops at the limit");
    return result;
}

// The payload of a message's frame, and whether it is compressed.
std::string_view payload_of(std::string_view frame, bool& compressed) {
    compressed = (static_cast<unsigned char>(frame[0]) & 0x40U) != 0;
    const auto length = static_cast<unsigned char>(frame[1]);
    return frame.substr(length == 127 ? 10 : length == 126 ? 4 : 2);
}

void compress_anew(const std::string& text, int window_bits, CompressionPool& pool) {
    Deflater deflater{{.server_no_context_takeover = true, .server_max_window_bits = window_bits}, pool};
    std::string frame;
    deflater.append_message(frame, Kind::binary, text);
    bool compressed = false;
    const std::string_view payload = payload_of(frame, compressed);
    require(payload.size() <= text.size(), "no message becomes longer");
    if (!compressed) {
        require(payload == text, "what is not compressed is as it was");
        return;
    }
    require(inflated(payload, {payload.size()}, pool) == Inflated{FrameFault::none, text},
            "what is compressed anew is the same");
}

}  // namespace

void websocket_deflate(std::string_view input) {
    CompressionPool pool;
    const Inflated whole = inflated(input, {input.size()}, pool);
    for (const auto& sizes : ways_to_split(input))
        require(inflated(input, sizes, pool) == whole, "what it becomes is the same however it arrives");
    compress_anew(whole.text, 8 + static_cast<int>(Chance{input}.below(8)), pool);
}

}  // namespace patchbay::fuzz
