// Parses one request at the front of a buffer, in place: the request's views point into it, a chunked body is
// put together where it lies, and nothing is allocated per header. What is refused, and why, stands in
// request_rules.cpp. No sockets; owned by an exchange, used on its loop.
#pragma once

#include "http/buffer.hpp"
#include "http/chunked_reader.hpp"
#include "http/head_lines.hpp"
#include "http/head_scanner.hpp"
#include "http/incoming_body.hpp"
#include "http/request_rules.hpp"

#include <patchbay/detail/request_data.hpp>

#include <boost/beast/http/status.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

class RequestParser {
public:
    enum class Step : std::uint8_t {
        need_more,  ///< call again when the buffer holds more
        head,       ///< the head is complete: set the body limit, then call again (once a request)
        complete,   ///< the request is complete; size() bytes of the buffer are its own
        refused,    ///< fault() says why; nothing behind it can be trusted, so the connection must end
    };
    struct Limits {
        HeadScanner::Limits bytes;
        std::size_t fields = 0;  ///< header fields
    };

    RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Starts over for the next request.
    void reset(const Limits& limits);
    /// False when the head announces a longer body already. Call it at Step::head.
    [[nodiscard]] bool body_limit(std::size_t bytes);

    /// How what follows the head becomes the body, for somebody else to read it; nothing when there is none.
    /// Call it at Step::head.
    std::optional<BodyFraming> body_framing(std::size_t limit) const;

    /// Goes on with the bytes of `input`, whose front is the request's first byte since reset(). May
    /// rearrange the bytes behind the head (de-chunking), and shorten the buffer by what that frees.
    Step parse(Buffer& input);

    /// After Buffer::make_space() moved the bytes. Moves the path, the query and the parameters along where
    /// they are views of the target.
    void rebase(std::ptrdiff_t moved) noexcept;

    /// Method, target, headers, body, trailers and version; path, query, parameters, peer and id are others'
    /// to set.
    detail::RequestData& request() noexcept { return request_; }
    /// Where the parameters that the request views are put.
    PathParams& path_params() noexcept { return path_params_; }
    RequestFault fault() const noexcept { return fault_; }
    std::size_t size() const noexcept { return parsed_; }
    bool keep_alive() const noexcept;
    bool expects_continue() const noexcept { return expects_continue_; }
    bool has_head() const noexcept { return has_head_; }
    /// Replaces the Host header's value by the authority of a target in absolute-form (RFC 9112 §3.2.2),
    /// which must view the same buffer.
    void host(std::string_view authority) noexcept;

private:
    Step refuse(RequestFault fault) noexcept;
    RequestFault parse_head();
    RequestFault check_head();
    Step read_body(Buffer& input);
    RequestFault add_field(const FieldLine& line);
    bool add_connection_options(std::string_view value) noexcept;
    void add_body(std::string_view bytes);
    void close_gap(Buffer& input);
    ChunkedReader::Limits chunk_limits(std::size_t body) const noexcept {
        return {.body = body, .trailers = limits_.bytes.head, .fields = limits_.fields};
    }
    void rebase_path(std::ptrdiff_t moved) noexcept;

    detail::RequestData request_;
    PathParams path_params_;
    std::vector<HeaderField> fields_;
    std::vector<HeaderField> trailers_;
    RequestFault fault_ = RequestFault::none;
    HeadScanner scanner_;
    ChunkedReader chunks_;
    Limits limits_;
    std::string_view host_;
    std::string sound_host_;  // the last that was judged: most requests ask the same one
    std::string_view content_length_;
    std::string_view transfer_encoding_;
    char* buffer_begin_ = nullptr;
    char* body_ = nullptr;
    std::size_t body_size_ = 0;  // put together so far, or announced
    std::size_t parsed_ = 0;
    unsigned hosts_ = 0;
    unsigned content_lengths_ = 0;
    unsigned transfer_encodings_ = 0;
    bool expects_continue_ = false;
    bool says_close_ = false;
    bool says_keep_alive_ = false;
    bool has_head_ = false;
    bool complete_ = false;
};

}  // namespace patchbay
