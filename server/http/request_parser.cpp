#include "http/request_parser.hpp"

#include "http/authority.hpp"
#include "http/field_syntax.hpp"
#include "http/trailers.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <system_error>

namespace patchbay {

using http::field;

namespace {

bool is_chunked(std::string_view coding) noexcept { return equal_ignoring_case(coding, "chunked"); }

// Which codings, in which order: RFC 9112 §6.1. Chunked alone is taken.
RequestFault judge_transfer_encoding(std::string_view value) noexcept {
    if (is_chunked(value)) return RequestFault::none;
    unsigned chunked = 0;
    for (std::size_t begin = 0; begin <= value.size();) {
        const std::size_t end = std::min(value.find(',', begin), value.size());
        const std::string_view coding = trimmed(value.substr(begin, end - begin));
        chunked += is_chunked(coding) ? 1 : 0;
        if (coding.empty() || chunked > 1) return RequestFault::malformed_transfer_encoding;
        begin = end + 1;
    }
    return RequestFault::unknown_transfer_encoding;
}

constexpr std::size_t most_remembered = 255;  // of a Host: the longest name there is (RFC 1035 §2.3.4)

// RFC 9110 §8.6. False for anything but the digits of a number of 64 bits.
bool parse_length(std::string_view value, std::size_t& into) noexcept {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), into);
    return error == std::errc{} && end == value.data() + value.size();
}

}  // namespace

RequestParser::RequestParser() { fields_.reserve(16); }

void RequestParser::reset(const Limits& limits) {
    limits_ = limits;
    scanner_.reset(limits.bytes);
    fields_.clear();
    request_.method_name = {};
    request_.headers = {};
    request_.body = {};
    request_.trailers = {};
    host_ = content_length_ = transfer_encoding_ = {};
    fault_ = RequestFault::none;
    body_ = nullptr;
    body_size_ = parsed_ = 0;
    hosts_ = content_lengths_ = transfer_encodings_ = 0;
    expects_continue_ = says_close_ = says_keep_alive_ = has_head_ = complete_ = false;
}

bool RequestParser::body_limit(std::size_t bytes) {
    if (transfer_encodings_ > 0 && !complete_) chunks_.reset(chunk_limits(bytes));
    return body_size_ <= bytes;
}

std::optional<BodyFraming> RequestParser::body_framing(std::size_t limit) const {
    if (transfer_encodings_ > 0) return BodyFraming{std::nullopt, chunk_limits(limit)};
    if (body_size_ > 0) return BodyFraming{body_size_, {}};
    return std::nullopt;
}

RequestParser::Step RequestParser::parse(Buffer& input) {
    buffer_begin_ = input.data();
    if (has_head_) return read_body(input);
    // RFC 9112 §2.2: a server should ignore an empty line before the request line.
    while (input.size() >= 2 && std::memcmp(input.data(), "\r\n", 2) == 0) input.consume(2);
    if (input.empty() || (input.size() == 1 && *input.data() == '\r')) return Step::need_more;
    buffer_begin_ = input.data();
    if (!scanner_.scan({buffer_begin_, input.size()})) return Step::need_more;
    if (scanner_.fault() != RequestFault::none) return refuse(scanner_.fault());
    if (const RequestFault fault = parse_head(); fault != RequestFault::none) return refuse(fault);
    has_head_ = true;
    body_ = buffer_begin_ + parsed_;
    return Step::head;
}

RequestFault RequestParser::parse_head() {
    const std::string_view head{buffer_begin_, scanner_.size()};
    RequestLine line;
    if (const RequestFault fault = read_request_line(head.substr(0, scanner_.request_line_size()), line);
        fault != RequestFault::none)
        return fault;
    request_.method = http::string_to_verb({line.method.data(), line.method.size()});
    request_.method_name = line.method;
    request_.target = line.target;
    request_.version = line.version;
    std::string_view lines = head.substr(scanner_.request_line_size() + 2);
    while (lines.size() > 2) {
        FieldLine field;
        if (!take_field_line(lines, field)) return RequestFault::malformed_field;
        if (const RequestFault fault = add_field(field); fault != RequestFault::none) return fault;
    }
    parsed_ = head.size();
    request_.headers = fields_;
    return check_head();
}

RequestFault RequestParser::add_field(const FieldLine& line) {
    if (fields_.size() == limits_.fields) return RequestFault::too_many_fields;
    const field id = http::string_to_field({line.name.data(), line.name.size()});
    fields_.push_back({id, line.name, line.value});
    switch (id) {
        case field::host:
            ++hosts_;
            host_ = line.value;
            break;
        case field::content_length:  // a list counts as what it joins (RFC 9110 §5.3)
            content_lengths_ +=
                1 + static_cast<unsigned>(std::count(line.value.begin(), line.value.end(), ','));
            content_length_ = line.value;
            break;
        case field::transfer_encoding:
            ++transfer_encodings_;
            transfer_encoding_ = line.value;
            break;
        case field::connection:
            if (!add_connection_options(line.value)) return RequestFault::malformed_field;
            break;
        case field::expect:
            expects_continue_ = equal_ignoring_case(line.value, "100-continue");
            break;
        default:
            break;
    }
    return RequestFault::none;
}

// RFC 9110 §7.6.1, RFC 9112 §9.3.
bool RequestParser::add_connection_options(std::string_view value) noexcept {
    for (std::string_view option = take_element(value); !option.empty(); option = take_element(value)) {
        if (equal_ignoring_case(option, "close")) {
            says_close_ = true;
        } else if (equal_ignoring_case(option, "keep-alive")) {
            says_keep_alive_ = true;
        } else if (!is_token(option)) {
            return false;
        }
    }
    return true;
}

// What makes two readers of one byte stream disagree is refused here.
RequestFault RequestParser::check_head() {
    const bool http_1_0 = request_.version < 11;
    if (transfer_encodings_ > 0) {
        if (content_lengths_ > 0) return RequestFault::transfer_encoding_and_content_length;
        if (http_1_0) return RequestFault::transfer_encoding_in_http_1_0;
        if (transfer_encodings_ > 1) return RequestFault::malformed_transfer_encoding;
        if (const RequestFault fault = judge_transfer_encoding(transfer_encoding_);
            fault != RequestFault::none) {
            return fault;
        }
    } else if (content_lengths_ > 0) {
        if (content_lengths_ > 1) return RequestFault::several_content_lengths;
        if (!parse_length(content_length_, body_size_)) return RequestFault::malformed_content_length;
    }
    if (hosts_ > 1) return RequestFault::several_hosts;
    if (hosts_ == 0 && !http_1_0) return RequestFault::missing_host;
    if (host_ != sound_host_) {
        if (!is_host_field(host_)) return RequestFault::malformed_host;
        if (host_.size() <= most_remembered) sound_host_ = host_;
    }
    if (http_1_0) expects_continue_ = false;  // RFC 9110 §10.1.1
    return RequestFault::none;
}

RequestParser::Step RequestParser::read_body(Buffer& input) {
    if (complete_) return Step::complete;
    if (transfer_encodings_ == 0) {
        if (input.size() - parsed_ < body_size_) return Step::need_more;
        parsed_ += body_size_;
    } else {
        for (auto step = ChunkedReader::Step::data; step != ChunkedReader::Step::end;) {
            step = chunks_.read({buffer_begin_ + parsed_, input.size() - parsed_});
            parsed_ += chunks_.consumed();
            if (step == ChunkedReader::Step::refused) return refuse(chunks_.fault());
            if (step == ChunkedReader::Step::data) add_body(chunks_.data());
            if (step == ChunkedReader::Step::need_more) {
                close_gap(input);
                return Step::need_more;
            }
        }
        if (!chunks_.trailer_lines().empty()) {
            trailers_ = read_trailers(chunks_.trailer_lines());
            request_.trailers = trailers_;
        }
    }
    complete_ = true;
    request_.body = {body_, body_size_};
    return Step::complete;
}

void RequestParser::add_body(std::string_view bytes) {
    // Later than where it goes, or already there: chunk headers in between are overwritten.
    if (body_ + body_size_ != bytes.data()) std::memmove(body_ + body_size_, bytes.data(), bytes.size());
    body_size_ += bytes.size();
}

// What is parsed behind the body was chunk framing. Move the unparsed rest over it, so that a body in tiny
// chunks costs no more memory than its bytes.
void RequestParser::close_gap(Buffer& input) {
    const std::size_t body_end = static_cast<std::size_t>(body_ + body_size_ - buffer_begin_);
    const std::size_t rest = input.size() - parsed_;
    if (parsed_ == body_end) return;
    std::memmove(buffer_begin_ + body_end, buffer_begin_ + parsed_, rest);
    parsed_ = body_end;
    input.truncate(body_end + rest);
}

void RequestParser::host(std::string_view authority) noexcept {
    for (HeaderField& line : fields_) {
        if (line.id == field::host) line.value = authority;
    }
}

void RequestParser::rebase(std::ptrdiff_t moved) noexcept {
    if (moved == 0 || !has_head_) return;
    rebase_path(moved);
    const auto shift = [moved](std::string_view& text) { text = {text.data() + moved, text.size()}; };
    shift(request_.method_name);
    shift(request_.target);
    for (HeaderField& entry : fields_) {
        shift(entry.name);
        shift(entry.value);
    }
    if (!host_.empty()) shift(host_);
    body_ += moved;
}

// A path that had to be decoded lies elsewhere.
void RequestParser::rebase_path(std::ptrdiff_t moved) noexcept {
    const std::string_view target = request_.target;
    const auto shifted = [target, moved](std::string_view text) -> std::string_view {
        const std::less<> before;
        if (before(text.data(), target.data()) || before(target.data() + target.size(), text.data()))
            return text;
        return {text.data() + moved, text.size()};
    };
    request_.path = shifted(request_.path);
    request_.query = shifted(request_.query);
    PathParams params;
    for (const PathParams::Param& param : request_.path_params) params.add(param.name, shifted(param.value));
    path_params_ = params;
    request_.path_params = path_params_;
}

bool RequestParser::keep_alive() const noexcept {
    // What follows a CONNECT may be meant for the tunnel that it did not get (RFC 9110 §9.3.6).
    if (says_close_ || request_.method == http::verb::connect) return false;
    return request_.version >= 11 || says_keep_alive_;
}

RequestParser::Step RequestParser::refuse(RequestFault fault) noexcept {
    fault_ = fault;
    return Step::refused;
}

}  // namespace patchbay
