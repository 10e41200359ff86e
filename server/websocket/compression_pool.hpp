// The streams of zlib that the WebSockets of one loop share: a socket that keeps no window from one message
// to the next borrows one for each message. Owned by the loop, used on its thread, and there until the last
// of its WebSockets has gone.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace patchbay::websocket {

/// Raw DEFLATE, decompressed (RFC 1951).
class InflateStream {
public:
    InflateStream() noexcept = default;
    ~InflateStream() { inflateEnd(&zlib_); }
    InflateStream(const InflateStream&) = delete;
    InflateStream& operator=(const InflateStream&) = delete;

    /// Begins anew with an empty window. False: there was no memory.
    [[nodiscard]] bool reset(int window_bits) noexcept;
    z_stream& zlib() noexcept { return zlib_; }

private:
    z_stream zlib_{};
};

/// Raw DEFLATE, compressed.
class DeflateStream {
public:
    explicit DeflateStream(int window_bits) noexcept;
    ~DeflateStream() { deflateEnd(&zlib_); }
    DeflateStream(const DeflateStream&) = delete;
    DeflateStream& operator=(const DeflateStream&) = delete;

    bool ready() const noexcept { return ready_; }
    int window_bits() const noexcept { return window_bits_; }
    z_stream& zlib() noexcept { return zlib_; }

private:
    z_stream zlib_{};
    int window_bits_;
    bool ready_;
};

class CompressionPool {
public:
    /// Streams of each direction that nobody uses. Of more the memory is given back.
    static constexpr std::size_t most_idle = 4;

    CompressionPool();

    /// With an empty window. Null: there was no memory.
    std::unique_ptr<InflateStream> take_inflate(int window_bits);
    std::unique_ptr<DeflateStream> take_deflate(int window_bits);
    void give(std::unique_ptr<InflateStream> stream) noexcept;
    void give(std::unique_ptr<DeflateStream> stream) noexcept;

    /// Room for a piece of output; what it holds is nobody's after the call that filled it.
    std::array<char, 16 * 1024>& piece() noexcept { return piece_; }
    /// Likewise for a whole message that is being compressed. Empty.
    std::string& whole() noexcept;

private:
    std::vector<std::unique_ptr<InflateStream>> inflates_;
    std::vector<std::unique_ptr<DeflateStream>> deflates_;
    std::array<char, 16 * 1024> piece_{};
    std::string whole_;
};

}  // namespace patchbay::websocket
