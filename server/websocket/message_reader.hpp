// Takes messages and control frames out of what a WebSocket's client sends, while it arrives. No sockets;
// owned by the WebSocket, used on its loop. What is refused, and why, stands in frame_rules.cpp.
#pragma once

#include "websocket/frame_head.hpp"
#include "websocket/inflater.hpp"
#include "websocket/message_writer.hpp"
#include "websocket/utf8.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace patchbay::websocket {

class MessageReader {
public:
    enum class Step : std::uint8_t {
        need_more,  ///< all has been consumed
        message,    ///< kind() and payload()
        ping,       ///< payload()
        pong,       ///< payload()
        close,      ///< close_code() and close_reason(); what follows is ignored
        refused,    ///< fault(), and close_code() and close_reason() to part with; what follows is ignored
    };
    struct Limits {
        std::size_t frame = 0;    ///< bytes of one frame's payload, as sent
        std::size_t message = 0;  ///< bytes of a message, decompressed
    };

    explicit MessageReader(const Limits& limits) noexcept : limits_{limits} {}

    /// Others from now on, also for what has begun.
    void limits(const Limits& limits) noexcept { limits_ = limits; }

    /// From the first message on, they may be compressed as was agreed on.
    void inflate_with(const DeflateParameters& parameters, CompressionPool& pool) {
        inflater_ = std::make_unique<Inflater>(parameters, pool);
    }

    /// Reads on in `bytes`, which begin where the last call's consumed() ended, and changes them. A message
    /// in one frame that lies in them whole is a view of them; any other is put together here. Nothing is
    /// held between messages: call again, also with no bytes, until it is need_more.
    Step read(std::span<char> bytes);

    std::size_t consumed() const noexcept { return consumed_; }
    Kind kind() const noexcept { return kind_; }
    /// Lifetime: until the next read(), or until the bytes given to the last one go.
    std::string_view payload() const noexcept { return payload_; }

    /// What the client says (no_status: nothing), or what to say to it.
    CloseCode close_code() const noexcept { return close_code_; }
    /// Lifetime: as payload().
    std::string_view close_reason() const noexcept { return payload_; }
    FrameFault fault() const noexcept { return fault_; }

    /// How many bytes the current frame's payload lacks; 0 between frames.
    std::uint64_t wanted() const noexcept { return left_; }
    /// A message has begun and not ended.
    bool within_message() const noexcept { return within_message_; }

private:
    // Nothing: go on with the next frame.
    using Outcome = std::optional<Step>;

    Outcome take_head(std::span<char> bytes);
    FrameFault read_head(std::string_view rest) noexcept;
    FrameFault begin_frame() noexcept;
    FrameFault begin_message() noexcept;
    std::string_view take_payload(std::span<char> bytes) noexcept;
    Outcome take_control(std::string_view part);
    Outcome take_data(std::string_view part);
    FrameFault inflate(std::string_view part, bool ended);
    FrameFault check_text(std::string_view text, bool ended) noexcept;
    Step take_close(std::string_view payload);
    Step need_more() noexcept;
    Step refuse(FrameFault fault) noexcept;

    Limits limits_;
    std::size_t consumed_ = 0;
    std::string_view payload_;

    FrameHead head_;          // of the current frame
    std::uint64_t left_ = 0;  // of its payload
    bool within_frame_ = false;
    bool within_message_ = false;
    bool compressed_ = false;  // the message
    bool stopped_ = false;     // after a Close frame or a fault
    Kind kind_ = Kind::text;
    FrameFault fault_ = FrameFault::none;
    CloseCode close_code_ = CloseCode::no_status;
    Utf8Checker utf8_;
    std::uint8_t head_count_ = 0;
    std::array<char, FrameHead::max_size> head_bytes_{};  // of a head that has not come whole
    std::unique_ptr<Inflater> inflater_;                  // null: messages come as they are
    std::string message_;                                 // what has come of the message in parts
    std::string control_;  // likewise of a control frame, which may stand within
};

}  // namespace patchbay::websocket
