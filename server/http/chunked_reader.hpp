// Takes the chunked coding (RFC 9112 §7.1) off a request's body while its bytes arrive. Stricter than a
// recipient has to be: whatever the grammar does not allow is refused. No allocation but for trailers.
#pragma once

#include "http/request_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay {

class ChunkedReader {
public:
    enum class Step : std::uint8_t {
        need_more,
        data,  ///< data() holds body bytes: call again with what follows consumed()
        end,   ///< the last byte of the body and its trailers has been consumed
        refused,
    };
    struct Limits {
        std::size_t body = 0;      ///< bytes of all chunks together
        std::size_t trailers = 0;  ///< bytes of the trailer section
        std::size_t fields = 0;    ///< in that section
    };

    /// Bytes of the extensions of one chunk.
    static constexpr std::size_t max_extension = 4096;

    /// Starts over at the first byte of a body.
    void reset(const Limits& limits);

    /// Reads on in `bytes`, which begin where the last call's consumed() ended.
    Step read(std::string_view bytes);

    std::size_t consumed() const noexcept { return consumed_; }
    /// A part of what was consumed.
    std::string_view data() const noexcept { return data_; }
    RequestFault fault() const noexcept { return fault_; }
    /// "Name: value\r\n" for each trailer field, once it is all read.
    const std::string& trailer_lines() const noexcept { return trailers_; }

private:
    enum class State : std::uint8_t {
        size,
        before_semicolon,  // only white space may stand here
        name_start,
        name,
        after_name,
        value_start,
        token,
        quoted,
        escaped,
        after_quoted,
        size_line_feed,
        data,
        data_return,
        data_line_feed,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_line_feed,
        last_line_feed,
        ended,
    };

    RequestFault take(char c);
    RequestFault take_size(char c) noexcept;
    RequestFault take_extension(char c) noexcept;
    RequestFault take_trailer(char c);
    RequestFault end_of_size_line() noexcept;

    Limits limits_;
    State state_ = State::size;
    RequestFault fault_ = RequestFault::none;
    std::size_t consumed_ = 0;
    std::string_view data_;
    std::uint64_t size_ = 0;     // of the current chunk, then what is left of it
    std::size_t digits_ = 0;     // of that size
    std::size_t extension_ = 0;  // bytes of the current chunk's
    std::size_t total_ = 0;      // bytes of all chunks so far
    std::string trailers_;
    std::size_t fields_ = 0;  // begun in them
};

}  // namespace patchbay
