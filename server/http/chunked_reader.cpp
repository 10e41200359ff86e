#include "http/chunked_reader.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>

namespace patchbay {
namespace {

constexpr std::size_t max_digits = 16;  // of a chunk size: 64 bits

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void ChunkedReader::reset(const Limits& limits) {
    limits_ = limits;
    state_ = State::size;
    fault_ = RequestFault::none;
    consumed_ = digits_ = extension_ = total_ = 0;
    data_ = {};
    size_ = 0;
    trailers_.clear();
    fields_ = 0;
}

ChunkedReader::Step ChunkedReader::read(std::string_view bytes) {
    consumed_ = 0;
    while (consumed_ < bytes.size()) {
        if (state_ == State::data) {
            const std::size_t part =
                static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size() - consumed_));
            data_ = bytes.substr(consumed_, part);
            consumed_ += part;
            size_ -= part;
            if (size_ == 0) state_ = State::data_return;
            return Step::data;
        }
        fault_ = take(bytes[consumed_++]);
        if (fault_ != RequestFault::none) return Step::refused;
        if (state_ == State::ended) return Step::end;
    }
    return Step::need_more;
}

RequestFault ChunkedReader::take(char c) {
    switch (state_) {
        case State::size:
            return take_size(c);
        case State::size_line_feed:
            if (c != '\n') return RequestFault::malformed_chunk_size;
            return end_of_size_line();
        case State::data_return:
            state_ = State::data_line_feed;
            return c == '\r' ? RequestFault::none : RequestFault::malformed_chunk_end;
        case State::data_line_feed:
            state_ = State::size;
            digits_ = 0;
            return c == '\n' ? RequestFault::none : RequestFault::malformed_chunk_end;
        case State::trailer_start:
        case State::trailer_name:
        case State::trailer_value:
        case State::trailer_line_feed:
        case State::last_line_feed:
            return take_trailer(c);
        default:
            return take_extension(c);
    }
}

RequestFault ChunkedReader::take_size(char c) noexcept {
    if (const int digit = hex_value(c); digit >= 0) {
        if (++digits_ > max_digits) return RequestFault::malformed_chunk_size;
        size_ = size_ * 16 + static_cast<unsigned>(digit);
        return RequestFault::none;
    }
    if (digits_ == 0) return RequestFault::malformed_chunk_size;
    extension_ = 0;
    if (c == '\r') {
        state_ = State::size_line_feed;
    } else if (c == ';') {
        state_ = State::name_start;
    } else if (is_blank(c)) {
        state_ = State::before_semicolon;
    } else {
        return RequestFault::malformed_chunk_size;
    }
    return RequestFault::none;
}

RequestFault ChunkedReader::end_of_size_line() noexcept {
    if (size_ == 0) {
        state_ = State::trailer_start;
        return RequestFault::none;
    }
    if (size_ > limits_.body - total_) return RequestFault::body_too_large;
    total_ += static_cast<std::size_t>(size_);
    state_ = State::data;
    return RequestFault::none;
}

// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
RequestFault ChunkedReader::take_extension(char c) noexcept {
    constexpr RequestFault fault = RequestFault::malformed_chunk_extension;
    if (++extension_ > max_extension) return RequestFault::chunk_extension_too_long;
    const bool inside_quotes = state_ == State::quoted || state_ == State::escaped;
    const bool whole = state_ == State::name || state_ == State::token || state_ == State::after_quoted;
    if (inside_quotes) {
        if (!is_value_char(c)) return fault;
        const State next = c == '\\' ? State::escaped : c == '"' ? State::after_quoted : State::quoted;
        state_ = state_ == State::escaped ? State::quoted : next;
    } else if (whole && c == '\r') {
        state_ = State::size_line_feed;
    } else if (c == ';' && (whole || state_ == State::before_semicolon || state_ == State::after_name)) {
        state_ = State::name_start;
    } else if (c == '=' && (state_ == State::name || state_ == State::after_name)) {
        state_ = State::value_start;
    } else if (is_blank(c)) {
        if (state_ == State::name) state_ = State::after_name;
        if (state_ == State::token || state_ == State::after_quoted) state_ = State::before_semicolon;
    } else if (c == '"' && state_ == State::value_start) {
        state_ = State::quoted;
    } else if (is_token_char(c) && (state_ == State::name_start || state_ == State::name)) {
        state_ = State::name;
    } else if (is_token_char(c) && (state_ == State::value_start || state_ == State::token)) {
        state_ = State::token;
    } else {
        return fault;
    }
    return RequestFault::none;
}

RequestFault ChunkedReader::take_trailer(char c) {
    constexpr RequestFault fault = RequestFault::malformed_trailer;
    if (trailers_.size() >= limits_.trailers) return RequestFault::trailers_too_large;
    switch (state_) {
        case State::trailer_start:
            if (c == '\r') {
                state_ = State::last_line_feed;
                return RequestFault::none;
            }
            if (!is_token_char(c)) return fault;
            if (++fields_ > limits_.fields) return RequestFault::too_many_trailers;
            state_ = State::trailer_name;
            break;
        case State::trailer_name:
            if (c == ':') {
                state_ = State::trailer_value;
            } else if (!is_token_char(c)) {
                return fault;
            }
            break;
        case State::trailer_value:
            if (c == '\r') {
                state_ = State::trailer_line_feed;
            } else if (!is_value_char(c)) {
                return fault;
            }
            break;
        case State::trailer_line_feed:
            if (c != '\n') return fault;
            state_ = State::trailer_start;
            break;
        default:  // last_line_feed
            if (c != '\n') return fault;
            state_ = State::ended;
            return RequestFault::none;
    }
    trailers_.push_back(c);
    return RequestFault::none;
}

}  // namespace patchbay
