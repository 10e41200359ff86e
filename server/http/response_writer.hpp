// Puts responses on the wire: status line, headers and body appended to one buffer. No sockets; any thread.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/response.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

/// The Date header's value (RFC 9110 §6.6.1), formatted anew once a second. Used on one thread.
class DateCache {
public:
    /// 29 characters, valid until the next call.
    std::string_view now() noexcept;

private:
    char text_[32] = {};
    long second_ = -1;
};

struct ResponseFraming {
    bool head_only = false;  ///< the answer to HEAD: the headers of GET without the body (RFC 9110 §9.3.2)
    bool keep_alive = true;  ///< false adds "Connection: close"
    bool http_1_0 = false;   ///< with keep_alive adds "Connection: keep-alive", which HTTP/1.0 doesn't imply
};

/// False for 204, 205 and 304 (RFC 9110 §15.3.5, §15.3.6, §15.4.5).
bool may_have_body(http::status status) noexcept;

/// Appends the status line, the headers and the empty line. With a length in bytes, Content-Length is written
/// wherever may_have_body(), and 0 for 205. Without one, the body is in chunks, or in HTTP/1.0 all
/// that comes until the connection ends (RFC 9112 §6.3).
void append_head(std::string& out, const Response& response, std::optional<std::uint64_t> length,
                 const ResponseFraming& framing, DateCache& date);

/// Appends bytes of a body in chunks; none for no bytes, since that would be the end (RFC 9112 §7.1).
void append_chunk(std::string& out, std::string_view bytes);
extern const std::string_view last_chunk;

/// Appends the response with the body that it holds in memory.
void append_response(std::string& out, const Response& response, const ResponseFraming& framing,
                     DateCache& date);

/// A 103 with these header fields (RFC 8297 §2).
std::string early_hints(FieldList fields);

/// "HTTP/1.1 100 Continue" and an empty line.
extern const std::string_view continue_response;

}  // namespace patchbay
