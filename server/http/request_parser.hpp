// Parses one request at the front of a buffer, in place: the request's views point into it, a chunked body is
// put together where it lies, and nothing is allocated per header. No sockets; owned by an exchange, used on
// its loop.
#pragma once

#include "http/buffer.hpp"

#include <patchbay/detail/request_data.hpp>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

/// Why a request is refused, as it is told to the caller.
struct RequestRefusal {
    boost::beast::http::status status = boost::beast::http::status::bad_request;
    std::string_view detail;  ///< a literal
};

class RequestParser {
public:
    enum class Step : std::uint8_t {
        need_more,  ///< call again when the buffer holds more
        head,       ///< the head is complete: set the body limit, then call again (once a request)
        complete,   ///< the request is complete; size() bytes of the buffer are its own
        refused,    ///< refusal() says why; nothing behind it can be trusted, so the connection must end
    };

    RequestParser();
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Starts over for the next request.
    void reset(std::size_t max_header_bytes, std::size_t max_header_fields);
    /// False when the head announces a longer body already.
    [[nodiscard]] bool body_limit(std::size_t bytes) noexcept;

    /// Goes on with the bytes of `input`, whose front is the request's first byte since reset(). May
    /// rearrange the bytes behind the head (de-chunking), and shorten the buffer by what that frees.
    Step parse(Buffer& input);

    /// After Buffer::make_space() moved the bytes.
    void rebase(std::ptrdiff_t moved) noexcept;

    /// Method, target, headers, body and version; path, query, parameters, peer and id are others' to set.
    detail::RequestData& request() noexcept { return request_; }
    const RequestRefusal& refusal() const noexcept { return refusal_; }
    std::size_t size() const noexcept { return parsed_; }
    bool keep_alive() const noexcept;
    bool expects_continue() const noexcept { return expects_continue_; }
    bool has_head() const noexcept { return head_complete_; }
    /// Whether rebase() moved the views since the head was complete: what others derived from them is stale.
    bool views_moved() const noexcept { return views_moved_; }
    /// The Host header's value (RFC 9112 §3.2), empty when there is none.
    std::string_view host() const noexcept { return host_; }

private:
    class Callbacks;

    Step refuse(boost::beast::http::status status, std::string_view detail) noexcept;
    Step refuse(boost::system::error_code error) noexcept;
    Step check_head();
    bool add_field(boost::beast::http::field id, std::string_view name, std::string_view value);
    void add_body(const char* bytes, std::size_t size);
    void close_gap(Buffer& input);

    // Rebuilt for each request: basic_parser can't be reset.
    alignas(8) unsigned char callbacks_storage_[192];
    Callbacks* callbacks_ = nullptr;

    detail::RequestData request_;
    std::vector<HeaderField> fields_;
    RequestRefusal refusal_;
    std::string_view host_;
    char* buffer_begin_ = nullptr;
    const char* buffer_end_ = nullptr;
    char* body_ = nullptr;
    std::size_t body_size_ = 0;
    std::size_t body_limit_ = 0;
    std::size_t parsed_ = 0;
    std::size_t max_header_fields_ = 0;
    unsigned hosts_ = 0;
    unsigned content_lengths_ = 0;
    unsigned transfer_encodings_ = 0;
    bool chunked_ = false;
    bool expects_continue_ = false;
    bool head_complete_ = false;
    bool head_checked_ = false;
    bool complete_ = false;
    bool views_moved_ = false;
};

}  // namespace patchbay
