// Times as HTTP writes them, e.g. "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7). Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

std::string format_http_date(std::chrono::sys_seconds time);

/// Nothing when the text is none of the three forms that RFC 9110 §5.6.7 has recipients accept.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace patchbay
