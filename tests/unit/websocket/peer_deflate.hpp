// The other side of permessage-deflate, by zlib's own means.
#pragma once

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <string_view>
#include <zlib.h>

namespace patchbay::websocket::test {

/// Compresses messages as a client does; keeps its window unless told not to.
class PeerDeflate {
public:
    explicit PeerDeflate(int window_bits = 15, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
        REQUIRE(deflateInit2(&zlib_, level, Z_DEFLATED, -window_bits, 8, strategy) == Z_OK);
    }
    ~PeerDeflate() { deflateEnd(&zlib_); }
    PeerDeflate(const PeerDeflate&) = delete;
    PeerDeflate& operator=(const PeerDeflate&) = delete;

    void reset() { deflateReset(&zlib_); }

    /// A message's payload: without the 00 00 FF FF at its end.
    std::string message(std::string_view text) {
        std::string out = part(text, Z_SYNC_FLUSH);
        REQUIRE(out.ends_with(std::string_view{"\0\0\xff\xff", 4}));
        out.resize(out.size() - 4);
        return out;
    }

    std::string part(std::string_view text, int flush) {
        std::string out(deflateBound(&zlib_, text.size()) + 100, '\0');
        zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        zlib_.avail_in = static_cast<uInt>(text.size());
        zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
        zlib_.avail_out = static_cast<uInt>(out.size());
        deflate(&zlib_, flush);
        REQUIRE(zlib_.avail_in == 0);
        REQUIRE(zlib_.avail_out > 0);
        out.resize(out.size() - zlib_.avail_out);
        return out;
    }

private:
    z_stream zlib_{};
};

/// Decompresses messages as a client does, with no more than the window it has agreed on.
class PeerInflate {
public:
    // zlib also looks back into the piece of output that it is filling, so a small window needs small pieces.
    explicit PeerInflate(int window_bits = 15) : piece_(window_bits < 15 ? 1 : 10'000, '\0') {
        REQUIRE(inflateInit2(&zlib_, -window_bits) == Z_OK);
    }
    ~PeerInflate() { inflateEnd(&zlib_); }
    PeerInflate(const PeerInflate&) = delete;
    PeerInflate& operator=(const PeerInflate&) = delete;

    void reset() { inflateReset(&zlib_); }

    std::string message(std::string_view payload) {
        std::string in{payload};
        in.append("\0\0\xff\xff", 4);
        std::string out;
        zlib_.next_in = reinterpret_cast<Bytef*>(in.data());
        zlib_.avail_in = static_cast<uInt>(in.size());
        do {
            zlib_.next_out = reinterpret_cast<Bytef*>(piece_.data());
            zlib_.avail_out = static_cast<uInt>(piece_.size());
            const int result = inflate(&zlib_, Z_SYNC_FLUSH);
            if (result != Z_OK && result != Z_BUF_ERROR) return "malformed";
            out.append(piece_, 0, piece_.size() - zlib_.avail_out);
        } while (zlib_.avail_in > 0 || zlib_.avail_out == 0);
        return out;
    }

private:
    z_stream zlib_{};
    std::string piece_;
};

/// Words, which repeat near and far, and noise, which does not.
inline std::string any_text(std::mt19937& random, std::size_t size) {
    std::string text;
    while (text.size() < size) {
        const bool noise = random() % 4 == 0;
        for (std::size_t left = random() % 400; left > 0; --left)
            text += static_cast<char>('a' + random() % (noise ? 26 : 3));
        if (text.size() > 1000) text += text.substr(random() % (text.size() - 200), 200);
    }
    text.resize(size);
    return text;
}

}  // namespace patchbay::websocket::test
