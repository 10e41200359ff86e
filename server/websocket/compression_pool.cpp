#include "websocket/compression_pool.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::websocket {
namespace {

constexpr int compression_level = 3;
constexpr int least_of_zlib = 9;  // bits of the window; for raw DEFLATE it refuses 8

// A window of 256 bytes holds no reach of zlib's own; run-length coding reaches back one byte.
constexpr int strategy_for(int window_bits) noexcept {
    return window_bits < least_of_zlib ? Z_RLE : Z_DEFAULT_STRATEGY;
}

// Tables in proportion to the window: together 2^(bits + 3) bytes.
constexpr int memory_level_for(int window_bits) noexcept { return std::clamp(window_bits - 7, 1, 8); }

template <class Stream>
void keep(std::vector<std::unique_ptr<Stream>>& idle, std::unique_ptr<Stream> stream) noexcept {
    if (idle.size() < CompressionPool::most_idle) idle.push_back(std::move(stream));
}

}  // namespace

bool InflateStream::reset(int window_bits) noexcept {
    if (zlib_.state) return inflateReset2(&zlib_, -window_bits) == Z_OK;
    return inflateInit2(&zlib_, -window_bits) == Z_OK;
}

DeflateStream::DeflateStream(int window_bits) noexcept : window_bits_{window_bits} {
    ready_ = deflateInit2(&zlib_, compression_level, Z_DEFLATED, -std::max(window_bits, least_of_zlib),
                          memory_level_for(window_bits), strategy_for(window_bits)) == Z_OK;
}

CompressionPool::CompressionPool() {
    inflates_.reserve(most_idle);
    deflates_.reserve(most_idle);
}

std::unique_ptr<InflateStream> CompressionPool::take_inflate(int window_bits) {
    std::unique_ptr<InflateStream> stream;
    if (inflates_.empty()) {
        stream = std::make_unique<InflateStream>();
    } else {
        stream = std::move(inflates_.back());
        inflates_.pop_back();
    }
    if (!stream->reset(window_bits)) return nullptr;
    return stream;
}

std::unique_ptr<DeflateStream> CompressionPool::take_deflate(int window_bits) {
    const auto found = std::ranges::find(deflates_, window_bits, &DeflateStream::window_bits);
    if (found == deflates_.end()) {
        auto made = std::make_unique<DeflateStream>(window_bits);
        return made->ready() ? std::move(made) : nullptr;
    }
    std::unique_ptr<DeflateStream> stream = std::move(*found);
    deflates_.erase(found);
    deflateReset(&stream->zlib());
    return stream;
}

void CompressionPool::give(std::unique_ptr<InflateStream> stream) noexcept {
    keep(inflates_, std::move(stream));
}
void CompressionPool::give(std::unique_ptr<DeflateStream> stream) noexcept {
    keep(deflates_, std::move(stream));
}

std::string& CompressionPool::whole() noexcept {
    constexpr std::size_t most_kept = 64 * 1024;
    if (whole_.capacity() > most_kept) std::string{}.swap(whole_);
    whole_.clear();
    return whole_;
}

}  // namespace patchbay::websocket
