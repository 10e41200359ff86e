#include "websocket/inflater.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::websocket {

Inflater::~Inflater() {
    if (stream_) pool_.give(std::move(stream_));
}

FrameFault Inflater::take(std::string_view bytes, std::string& message, std::size_t limit) {
    if (!stream_) stream_ = pool_.take_inflate(window_bits_);
    if (!stream_) return FrameFault::out_of_memory;
    return run(bytes, message, limit);
}

FrameFault Inflater::end(std::string& message, std::size_t limit) {
    constexpr std::string_view left_out{"\x00\x00\xff\xff", 4};
    if (const FrameFault fault = take(left_out, message, limit); fault != FrameFault::none) return fault;
    if (!between_blocks_) return FrameFault::unfinished_deflate;
    if (!keeps_window_) pool_.give(std::move(stream_));
    return FrameFault::none;
}

FrameFault Inflater::run(std::string_view bytes, std::string& message, std::size_t limit) {
    z_stream& zlib = stream_->zlib();
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
    zlib.avail_in = static_cast<uInt>(bytes.size());                           // no read has 4 GiB
    auto& piece = pool_.piece();
    do {
        zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
        zlib.avail_out = static_cast<uInt>(piece.size());
        const int result = inflate(&zlib, Z_SYNC_FLUSH);
        const std::size_t size = piece.size() - zlib.avail_out;
        const std::size_t room = limit - message.size();
        message.append(piece.data(), std::min(size, room));
        if (size > room) return FrameFault::message_too_big;
        if (const FrameFault fault = judge(result); fault != FrameFault::none) return fault;
    } while (zlib.avail_in > 0 || zlib.avail_out == 0);
    return FrameFault::none;
}

FrameFault Inflater::judge(int result) noexcept {
    z_stream& zlib = stream_->zlib();
    switch (result) {
        case Z_OK:
            between_blocks_ = (zlib.data_type & 128) != 0;
            return FrameFault::none;
        case Z_BUF_ERROR:  // there was nothing to do
            return FrameFault::none;
        case Z_STREAM_END:
            // A block that says it is the last one, which others may follow (RFC 7692 §7.2.1).
            between_blocks_ = true;
            inflateResetKeep(&zlib);
            return FrameFault::none;
        case Z_MEM_ERROR:
            return FrameFault::out_of_memory;
        default:
            return FrameFault::malformed_deflate;
    }
}

}  // namespace patchbay::websocket
