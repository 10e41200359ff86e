#include "http/request_parser.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

namespace patchbay {

namespace beast = boost::beast;
using http::field;
using http::status;

namespace {

// So that Beast's own limit, which counts lines it has joined, never triggers before ours.
constexpr std::uint32_t beast_header_slack = 64;

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

// Beast blames the version of any request line that doesn't end in one that it knows; 505 is for a line that
// is sound.
bool names_another_version(std::string_view bytes) noexcept {
    const std::string_view line = bytes.substr(0, bytes.find_first_of("\r\n"));
    const std::string_view version = line.substr(line.rfind(' ') + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return version.size() == 8 && version.substr(0, 5) == "HTTP/" && is_digit(version[5]) &&
           version[6] == '.' && is_digit(version[7]) && version != "HTTP/1.0" && version != "HTTP/1.1";
}

}  // namespace

class RequestParser::Callbacks final : public http::basic_parser<true> {
public:
    explicit Callbacks(RequestParser& owner) : owner_{owner} {}

private:
    using Error = boost::system::error_code;

    void on_request_impl(http::verb method, beast::string_view name, beast::string_view target, int version,
                         Error&) override {
        owner_.request_.method = method;
        owner_.request_.method_name = view(name);
        owner_.request_.target = view(target);
        owner_.request_.version = static_cast<unsigned>(version);
    }
    void on_response_impl(int, beast::string_view, int, Error&) override {}
    void on_field_impl(field id, beast::string_view name, beast::string_view value, Error& error) override {
        if (!owner_.add_field(id, view(name), view(value))) error = http::error::bad_field;
    }
    void on_header_impl(Error&) override { owner_.head_complete_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
    std::size_t on_body_impl(beast::string_view body, Error& error) override {
        return take_body(body, error);
    }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view, Error& error) override {
        if (size > owner_.body_limit_ - owner_.body_size_) error = http::error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Error& error) override {
        return take_body(body, error);
    }
    void on_finish_impl(Error&) override { owner_.complete_ = true; }

    std::size_t take_body(beast::string_view body, Error& error) {
        if (body.size() > owner_.body_limit_ - owner_.body_size_) {
            error = http::error::body_limit;
            return 0;
        }
        owner_.add_body(body.data(), body.size());
        return body.size();
    }

    RequestParser& owner_;
};

RequestParser::RequestParser() {
    static_assert(sizeof(Callbacks) <= sizeof(callbacks_storage_));
    fields_.reserve(16);
}

RequestParser::~RequestParser() {
    if (callbacks_) callbacks_->~Callbacks();
}

void RequestParser::reset(std::size_t max_header_bytes, std::size_t max_header_fields) {
    if (callbacks_) callbacks_->~Callbacks();
    callbacks_ = new (callbacks_storage_) Callbacks{*this};
    callbacks_->header_limit(static_cast<std::uint32_t>(max_header_bytes) + beast_header_slack);
    callbacks_->body_limit(boost::none);
    max_header_fields_ = max_header_fields;
    fields_.clear();
    request_.headers = {};
    request_.body = {};
    host_ = {};
    body_ = nullptr;
    body_size_ = parsed_ = 0;
    hosts_ = content_lengths_ = transfer_encodings_ = 0;
    chunked_ = expects_continue_ = head_complete_ = head_checked_ = complete_ = views_moved_ = false;
}

bool RequestParser::body_limit(std::size_t bytes) noexcept {
    body_limit_ = bytes;
    const auto announced = callbacks_->content_length();
    return !announced || *announced <= bytes;
}

RequestParser::Step RequestParser::parse(Buffer& input) {
    // RFC 9112 §2.2: a server should ignore an empty line before the request line.
    while (parsed_ == 0 && !head_complete_ && input.size() >= 2 &&
           std::memcmp(input.data(), "\r\n", 2) == 0) {
        input.consume(2);
    }
    buffer_begin_ = input.data();
    buffer_end_ = buffer_begin_ + input.size();
    while (!complete_) {
        if (head_complete_ && !head_checked_) return check_head();
        const std::size_t rest = input.size() - parsed_;
        if (rest == 0 && !head_complete_) return Step::need_more;
        boost::system::error_code error;
        const std::size_t used =
            callbacks_->put(boost::asio::const_buffer{buffer_begin_ + parsed_, rest}, error);
        parsed_ += used;
        if (error == http::error::need_more || (!error && used == 0)) {
            if (chunked_ && body_) close_gap(input);
            return Step::need_more;
        }
        if (error) return refuse(error);
    }
    if (!head_checked_) return check_head();
    request_.body = {body_, body_size_};
    return Step::complete;
}

bool RequestParser::add_field(field id, std::string_view name, std::string_view value) {
    if (fields_.size() == max_header_fields_) return false;
    // Beast joins a folded line (RFC 9112 §5.2) in a buffer of its own: refuse it.
    const std::less<const char*> before;
    if (before(value.data(), buffer_begin_) || before(buffer_end_, value.data() + value.size())) return false;
    // Trailers (RFC 9110 §6.5) are read and dropped: as headers they could undo what the head was judged by.
    if (head_checked_) return true;
    fields_.push_back({id, name, value});
    switch (id) {
        case field::host:
            ++hosts_;
            host_ = value;
            break;
        case field::content_length:  // a list counts as what it joins (RFC 9110 §5.3)
            content_lengths_ += 1 + static_cast<unsigned>(std::count(value.begin(), value.end(), ','));
            break;
        case field::transfer_encoding:
            ++transfer_encodings_;
            chunked_ = beast::iequals({value.data(), value.size()}, "chunked");
            break;
        case field::expect:
            expects_continue_ = beast::iequals({value.data(), value.size()}, "100-continue");
            break;
        default:
            break;
    }
    return true;
}

// What makes two readers of one byte stream disagree is refused here: RFC 9112 §6.1, §6.3 and §3.2.
RequestParser::Step RequestParser::check_head() {
    head_checked_ = true;
    request_.headers = fields_;
    const bool http_1_0 = request_.version < 11;
    if (transfer_encodings_ > 0) {
        if (content_lengths_ > 0)
            return refuse(status::bad_request, "Transfer-Encoding and Content-Length together");
        if (http_1_0) return refuse(status::bad_request, "Transfer-Encoding in an HTTP/1.0 request");
        if (transfer_encodings_ > 1) return refuse(status::bad_request, "more than one Transfer-Encoding");
        if (!chunked_) return refuse(status::not_implemented, "a Transfer-Encoding other than chunked");
    }
    if (content_lengths_ > 1) return refuse(status::bad_request, "more than one Content-Length");
    if (hosts_ > 1) return refuse(status::bad_request, "more than one Host");
    if (hosts_ == 0 && !http_1_0) return refuse(status::bad_request, "no Host");
    if (http_1_0) expects_continue_ = false;  // RFC 9110 §10.1.1
    body_ = buffer_begin_ + parsed_;
    return Step::head;
}

void RequestParser::add_body(const char* bytes, std::size_t size) {
    // Later than where it goes, or already there: chunk headers in between are overwritten.
    if (body_ + body_size_ != bytes) std::memmove(body_ + body_size_, bytes, size);
    body_size_ += size;
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

void RequestParser::rebase(std::ptrdiff_t moved) noexcept {
    if (moved == 0 || parsed_ == 0) return;
    views_moved_ = head_complete_;  // what others derive from them they derive from a complete head
    const auto shift = [moved](std::string_view& text) { text = {text.data() + moved, text.size()}; };
    shift(request_.method_name);
    shift(request_.target);
    for (HeaderField& entry : fields_) {
        shift(entry.name);
        shift(entry.value);
    }
    if (!host_.empty()) shift(host_);
    if (body_) body_ += moved;
}

bool RequestParser::keep_alive() const noexcept { return callbacks_->keep_alive(); }

RequestParser::Step RequestParser::refuse(status status, std::string_view detail) noexcept {
    refusal_ = {status, detail};
    return Step::refused;
}

RequestParser::Step RequestParser::refuse(boost::system::error_code why) noexcept {
    using http::error;
    if (why == http::error::body_limit)
        return refuse(status::payload_too_large, "the body is larger than allowed");
    if (why == http::error::header_limit) {
        return refuse(status::request_header_fields_too_large, "the header is larger than allowed");
    }
    if (why == http::error::bad_field && fields_.size() == max_header_fields_) {
        return refuse(status::request_header_fields_too_large, "there are more header fields than allowed");
    }
    if (why == http::error::bad_version &&
        names_another_version({buffer_begin_, static_cast<std::size_t>(buffer_end_ - buffer_begin_)})) {
        return refuse(status::http_version_not_supported, "not HTTP/1.0 or HTTP/1.1");
    }
    if (why == http::error::bad_target) return refuse(status::bad_request, "malformed request target");
    if (why == http::error::bad_method) return refuse(status::bad_request, "malformed method");
    if (why == http::error::bad_content_length || why == http::error::multiple_content_length) {
        return refuse(status::bad_request, "malformed Content-Length");
    }
    if (why == http::error::bad_chunk || why == http::error::bad_chunk_extension) {
        return refuse(status::bad_request, "malformed chunk");
    }
    return refuse(status::bad_request, "malformed request");
}

}  // namespace patchbay
