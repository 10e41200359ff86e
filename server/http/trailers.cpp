#include "http/trailers.hpp"

#include "http/field_syntax.hpp"
#include "http/head_lines.hpp"

#include <algorithm>
#include <array>

namespace patchbay {
namespace {

// By what they would change if they counted.
constexpr std::array<std::string_view, 46> too_late{
    // framing and the connection
    "Transfer-Encoding", "Content-Length", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer",
    "Upgrade", "Expect", "HTTP2-Settings",
    // routing, and who the client is
    "Host", "Max-Forwards", "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Real-IP", "X-HTTP-Method-Override", "Origin", "Referer",
    // authentication and state
    "Authorization", "Proxy-Authorization", "Proxy-Authenticate", "WWW-Authenticate", "Cookie", "Set-Cookie",
    // conditions, controls and negotiation
    "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
    "Cache-Control", "Pragma", "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language",
    // how the content is to be read
    "Content-Encoding", "Content-Type", "Content-Range", "Content-Language", "Content-Location",
    "Access-Control-Request-Method", "Access-Control-Request-Headers"};

bool comes_too_late(std::string_view name) {
    return std::ranges::any_of(too_late,
                               [name](std::string_view field) { return equal_ignoring_case(name, field); });
}

}  // namespace

std::vector<HeaderField> read_trailers(std::string_view lines) {
    std::vector<HeaderField> fields;
    FieldLine line;
    while (take_field_line(lines, line)) {
        const std::string_view name = line.name;
        if (comes_too_late(name)) continue;
        fields.push_back({http::string_to_field({name.data(), name.size()}), name, line.value});
    }
    return fields;
}

}  // namespace patchbay
