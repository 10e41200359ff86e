#include "part_head.hpp"

#include <patchbay/http_error.hpp>
#include <patchbay/multipart_parser.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace patchbay {
namespace {

// RFC 2046 §5.1.1, bchars.
bool is_boundary(std::string_view text) noexcept {
    static constexpr std::string_view allowed =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
    return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
    const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(ends.first - a.begin());
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits) : limits_{limits} {
    if (!is_boundary(boundary)) {
        throw HttpError{http::status::bad_request,
                        "the boundary of a multipart body is 1 to 70 letters, digits or '()+_,-./:=?"};
    }
    delimiter_.append("\r\n--").append(boundary);
}

void MultipartParser::feed(std::string_view piece) {
    if (!input_.empty()) throw std::logic_error{"patchbay: next() has not yet given all of the last piece"};
    if (piece.size() > limits_.total_bytes - fed_) too_large("the form", limits_.total_bytes, "bytes");
    fed_ += piece.size();
    input_ = piece;
}

std::optional<MultipartParser::Event> MultipartParser::next() {
    for (;;) {
        switch (state_) {
            case State::preamble:
                if (!pass_delimiter()) return std::nullopt;
                break;
            case State::headers:
                if (!pass_headers()) return std::nullopt;
                return Event::part;
            case State::body:
                if (take_data()) return Event::data;
                if (state_ == State::body) return std::nullopt;
                break;
            case State::body_ended:
                state_ = State::boundary;
                return Event::part_end;
            case State::epilogue:
                input_ = {};
                return std::nullopt;
            case State::failed:
                throw std::logic_error{"patchbay: this multipart body has been refused"};
            default:
                if (input_.empty()) return std::nullopt;
                if (pass_boundary_line()) return Event::end;
        }
    }
}

void MultipartParser::finish() {
    if (!input_.empty()) throw std::logic_error{"patchbay: next() has not yet given all of the last piece"};
    if (state_ == State::closed || state_ == State::epilogue) return;
    malformed(state_ == State::closed_lf ? "a CR without LF follows the last boundary"
                                         : "the body ends before the last boundary");
}

// Finds the delimiter in time linear in the input, whatever stands there: its only CR is its first byte, so
// what has matched a part of it can't hold the beginning of another one.
MultipartParser::Sought MultipartParser::seek_delimiter() {
    const std::string_view delimiter = delimiter_;
    if (matched_ > 0) {
        const std::size_t more = common_prefix(input_, delimiter.substr(matched_));
        const std::size_t matched = std::exchange(matched_, matched_ + more);
        const bool whole = matched_ == delimiter.size();
        if (!whole && more == input_.size()) {
            input_ = {};
            return {{}, false};
        }
        const std::size_t assumed = std::exchange(assumed_, 0);
        matched_ = 0;
        if (whole) input_.remove_prefix(more);
        if (whole || matched > assumed)  // what an earlier piece held was no delimiter, but data
            return {whole ? std::string_view{} : delimiter.substr(assumed, matched - assumed), whole};
    }
    const std::string_view input = input_;
    for (std::size_t at = input.find('\r'); at != std::string_view::npos; at = input.find('\r', at)) {
        const std::size_t matching = common_prefix(input.substr(at), delimiter);
        const bool whole = matching == delimiter.size();
        if (whole || at + matching == input.size()) {
            matched_ = whole ? 0 : matching;
            input_.remove_prefix(at + matching);
            return {input.substr(0, at), whole};
        }
        at += matching;
    }
    input_ = {};
    return {input, false};
}

bool MultipartParser::pass_delimiter() {
    while (!input_.empty()) {
        if (!seek_delimiter().found) continue;
        state_ = State::boundary;
        return true;
    }
    return false;
}

// Takes one byte; says whether the form has ended with it.
bool MultipartParser::pass_boundary_line() {
    const char c = input_.front();
    input_.remove_prefix(1);
    const State before = std::exchange(state_, after_boundary(c));
    if (state_ == State::headers) begin_part();
    return before == State::closing;
}

// RFC 2046 §5.1.1: "--" or nothing, white space (transport-padding), CR LF.
MultipartParser::State MultipartParser::after_boundary(char c) {
    switch (state_) {
        case State::boundary:
            if (c == '-') return State::closing;
            [[fallthrough]];
        case State::padding:
            if (is_blank(c)) return State::padding;
            if (c == '\r') return State::boundary_lf;
            break;
        case State::boundary_lf:
            if (c == '\n') return State::headers;
            break;
        case State::closing:
            if (c == '-') return State::closed;
            break;
        case State::closed:
            if (is_blank(c)) return State::closed;
            if (c == '\r') return State::closed_lf;
            break;
        default:  // closed_lf
            if (c == '\n') return State::epilogue;
    }
    malformed("only white space and CR LF may follow a boundary");
}

void MultipartParser::begin_part() {
    if (parts_ == limits_.parts) too_large("the form", limits_.parts, "parts");
    ++parts_;
    part_ = {};
    header_bytes_ = part_bytes_ = 0;
}

// Says whether the empty line has been reached, after which data begins.
bool MultipartParser::pass_headers() {
    while (!input_.empty()) {
        line_.append(next_header_bytes());
        if (line_.back() != '\n') return false;
        if (!line_.ends_with("\r\n")) malformed("a header line ends with LF alone");
        const std::string line = std::exchange(line_, {});
        const std::string_view text = std::string_view{line}.substr(0, line.size() - 2);
        // Whoever looks for boundaries first would end the part here.
        if (text.starts_with(std::string_view{delimiter_}.substr(2)))
            malformed("a boundary among its headers");
        const std::string_view problem =
            text.empty() ? detail::read_part_headers(part_) : detail::add_part_header(part_, text);
        if (!problem.empty()) malformed(problem);
        if (!text.empty()) continue;
        state_ = State::body;
        part_is_file_ = part_.file_name.has_value();  // part_ may be moved from
        matched_ = assumed_ =
            2;  // a part without data ends with the CR LF of that empty line (RFC 2046 §5.1.1)
        return true;
    }
    return false;
}

// Up to and with the next LF.
std::string_view MultipartParser::next_header_bytes() {
    const std::size_t size = std::min(input_.find('\n'), input_.size() - 1) + 1;
    if (size > limits_.header_bytes - header_bytes_)
        too_large("the head of " + this_part(), limits_.header_bytes, "bytes");
    header_bytes_ += size;
    const std::string_view bytes = input_.substr(0, size);
    input_.remove_prefix(size);
    return bytes;
}

bool MultipartParser::take_data() {
    while (!input_.empty()) {
        const Sought sought = seek_delimiter();
        if (sought.found) state_ = State::body_ended;
        data_ = sought.before;
        if (!data_.empty()) {
            count_data();
            return true;
        }
        if (sought.found) return false;
    }
    return false;
}

void MultipartParser::count_data() {
    const std::uint64_t limit = part_is_file_ ? limits_.file_bytes : limits_.field_bytes;
    if (data_.size() > limit - part_bytes_) too_large(this_part(), limit, "bytes");
    part_bytes_ += data_.size();
}

void MultipartParser::malformed(std::string_view problem) {
    const std::string place = state_ == State::headers ? this_part() : "the form";
    state_ = State::failed;
    throw HttpError{http::status::bad_request, place + " is malformed at byte " +
                                                   std::to_string(fed_ - input_.size()) + ": " +
                                                   std::string{problem}};
}

void MultipartParser::too_large(const std::string& what, std::uint64_t limit, std::string_view unit) {
    state_ = State::failed;
    throw HttpError{http::status::payload_too_large,
                    what + " has more than " + std::to_string(limit) + " " + std::string{unit}};
}

std::string MultipartParser::this_part() const { return "part " + std::to_string(parts_) + " of the form"; }

}  // namespace patchbay
