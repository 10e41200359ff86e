#include "http/http_date.hpp"

#include <ctime>

namespace patchbay {

std::string format_http_date(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    const std::string terminated{text};
    // IMF-fixdate, RFC 850's and asctime()'s. The process never leaves the C locale.
    for (const char* form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        tm utc{};
        const char* end = ::strptime(terminated.c_str(), form, &utc);
        if (!end || end != terminated.c_str() + terminated.size()) continue;
        return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&utc)}};
    }
    return std::nullopt;
}

}  // namespace patchbay
