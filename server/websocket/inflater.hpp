// Decompresses the messages of one WebSocket's client (RFC 7692 §7.2.2). Owned by its MessageReader. It holds
// a stream of zlib within a message, and between messages only where the client keeps its window.
#pragma once

#include "websocket/compression_pool.hpp"
#include "websocket/deflate_offer.hpp"
#include "websocket/frame_rules.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace patchbay::websocket {

class Inflater {
public:
    Inflater(const DeflateParameters& parameters, CompressionPool& pool) noexcept
        : pool_{pool},
          window_bits_{parameters.client_max_window_bits},
          keeps_window_{!parameters.client_no_context_takeover} {}
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Appends to `message` what the next bytes of it become, up to `limit` bytes together. After a fault,
    /// and what was appended before it, it is of no more use.
    FrameFault take(std::string_view bytes, std::string& message, std::size_t limit);
    /// Likewise for what the client has left out at the end of the message.
    FrameFault end(std::string& message, std::size_t limit);

private:
    FrameFault run(std::string_view bytes, std::string& message, std::size_t limit);
    FrameFault judge(int result) noexcept;

    CompressionPool& pool_;
    std::unique_ptr<InflateStream> stream_;
    int window_bits_;
    bool keeps_window_;
    bool between_blocks_ = false;
};

}  // namespace patchbay::websocket
