// Puts responses on the wire: status line, headers and body appended to one buffer. No sockets; any thread.
#pragma once

#include <patchbay/response.hpp>

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

/// Appends the response. Content-Length is written wherever a body may stand: not for 204, nor 304.
void append_response(std::string& out, const Response& response, const ResponseFraming& framing,
                     DateCache& date);

/// "HTTP/1.1 100 Continue" and an empty line.
extern const std::string_view continue_response;

}  // namespace patchbay
