#include "websocket/deflater.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::websocket {
namespace {

// Small messages have small tables, which are sooner made empty.
constexpr std::size_t most_of_small = 4096;
constexpr int window_bits_of_small = 12;

constexpr std::size_t most_at_once = 1U << 31U;  // zlib counts in 32 bits

}  // namespace

Deflater::~Deflater() {
    if (stream_) pool_.give(std::move(stream_));
}

void Deflater::append_message(std::string& out, Kind kind, std::string_view payload) {
    const bool worthwhile = payload.size() >= least_size && payload.size() <= most_at_once;
    if (!worthwhile || !take_stream(payload.size())) {
        append_frame(out, opcode_of(kind), payload);
        return;
    }
    std::string& compressed = pool_.whole();
    compress(payload, compressed);
    if (keeps_window_ || compressed.size() < payload.size()) {
        append_frame_head(out, opcode_of(kind), compressed.size(), true);
        out.append(compressed);
    } else {
        append_frame(out, opcode_of(kind), payload);
    }
    if (!keeps_window_) pool_.give(std::move(stream_));
}

bool Deflater::take_stream(std::size_t payload) {
    if (stream_) return true;
    const bool small = !keeps_window_ && payload <= most_of_small;
    stream_ = pool_.take_deflate(small ? std::min(window_bits_, window_bits_of_small) : window_bits_);
    return stream_ != nullptr;
}

void Deflater::compress(std::string_view payload, std::string& compressed) {
    z_stream& zlib = stream_->zlib();
    auto& piece = pool_.piece();
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));  // only read
    zlib.avail_in = static_cast<uInt>(payload.size());
    do {
        zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
        zlib.avail_out = static_cast<uInt>(piece.size());
        deflate(&zlib, Z_SYNC_FLUSH);  // fails with a broken stream only
        compressed.append(piece.data(), piece.size() - zlib.avail_out);
    } while (zlib.avail_out == 0);
    constexpr std::size_t left_out = 4;  // 00 00 FF FF, which the client knows to be there
    compressed.resize(compressed.size() - left_out);
}

}  // namespace patchbay::websocket
