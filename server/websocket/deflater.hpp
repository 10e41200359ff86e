// Compresses the messages to one WebSocket's client (RFC 7692 §7.2.1). Owned by the WebSocket, used on its
// loop. It holds a stream of zlib only where the server keeps its window between messages.
#pragma once

#include "websocket/compression_pool.hpp"
#include "websocket/deflate_offer.hpp"
#include "websocket/message_writer.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace patchbay::websocket {

class Deflater {
public:
    /// Bytes of a message that is not compressed: it would hardly become smaller.
    static constexpr std::size_t least_size = 64;

    Deflater(const DeflateParameters& parameters, CompressionPool& pool) noexcept
        : pool_{pool},
          window_bits_{parameters.server_max_window_bits},
          keeps_window_{!parameters.server_no_context_takeover} {}
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// Appends the message in one frame; as it is where that is no longer, or where there is no memory.
    void append_message(std::string& out, Kind kind, std::string_view payload);

private:
    bool take_stream(std::size_t payload);
    void compress(std::string_view payload, std::string& compressed);

    CompressionPool& pool_;
    std::unique_ptr<DeflateStream> stream_;
    int window_bits_;
    bool keeps_window_;
};

}  // namespace patchbay::websocket
