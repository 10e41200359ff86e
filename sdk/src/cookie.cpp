#include "header_rules.hpp"

#include <patchbay/cookie.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace patchbay {
namespace {

// RFC 6265bis §5.6: browsers ignore a cookie whose name and value are longer together.
constexpr std::size_t max_name_and_value = 4096;

[[noreturn]] void refuse(const Cookie& cookie, std::string_view why) {
    throw std::invalid_argument{"patchbay: the cookie '" + cookie.name + "' " + std::string{why}};
}

bool all_of(std::string_view text, bool (*allowed)(char)) {
    return std::all_of(text.begin(), text.end(), allowed);
}

// RFC 6265 §4.1.1, cookie-octet.
bool is_value_char(char c) {
    return c > 0x20 && c < 0x7f && std::string_view{"\",;\\"}.find(c) == std::string_view::npos;
}

bool is_domain_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_path_char(char c) { return c >= 0x20 && c < 0x7f && c != ';'; }

bool has_prefix(std::string_view name, std::string_view prefix) {
    return detail::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

void check_text(const Cookie& cookie) {
    if (!detail::is_token(cookie.name)) refuse(cookie, "has a name that is no token");
    if (!all_of(cookie.value, is_value_char))
        refuse(cookie, "has a value with characters that a cookie can't hold: encode it");
    if (cookie.name.size() + cookie.value.size() > max_name_and_value)
        refuse(cookie, "has a name and value of more than 4096 bytes");
    if (!all_of(cookie.domain, is_domain_char)) refuse(cookie, "has a domain that is no host name");
    if (!cookie.path.starts_with('/') || !all_of(cookie.path, is_path_char))
        refuse(cookie, "has a path that doesn't start with '/' or that holds what a path can't");
}

// RFC 6265bis §4.1.3 for the prefixes, which browsers compare without case.
void check_attributes(const Cookie& cookie) {
    if (!cookie.secure) {
        if (cookie.same_site == SameSite::none) refuse(cookie, "must be secure to be SameSite=None");
        if (cookie.partitioned) refuse(cookie, "must be secure to be partitioned");
        if (has_prefix(cookie.name, "__Secure-") || has_prefix(cookie.name, "__Host-"))
            refuse(cookie, "must be secure to have this name");
    }
    if (has_prefix(cookie.name, "__Host-") && (!cookie.domain.empty() || cookie.path != "/"))
        refuse(cookie, "must have the path '/' and no domain to have this name");
}

std::string two_digits(unsigned number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

// IMF-fixdate, RFC 9110 §5.6.7.
std::string http_date(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = floor<std::chrono::seconds>(time);
    const auto day = floor<std::chrono::days>(seconds);
    const year_month_day date{day};
    const hh_mm_ss clock{seconds - day};
    std::string out = days[weekday{day}.c_encoding()];
    out.append(", ").append(two_digits(unsigned{date.day()})).append(" ");
    out.append(months[unsigned{date.month()} - 1]).append(" ").append(std::to_string(int{date.year()}));
    out.append(" ").append(two_digits(static_cast<unsigned>(clock.hours().count())));
    out.append(":").append(two_digits(static_cast<unsigned>(clock.minutes().count())));
    out.append(":").append(two_digits(static_cast<unsigned>(clock.seconds().count())));
    return out.append(" GMT");
}

std::string_view to_string(SameSite same_site) {
    switch (same_site) {
        case SameSite::strict:
            return "Strict";
        case SameSite::none:
            return "None";
        case SameSite::lax:
            break;
    }
    return "Lax";
}

}  // namespace

std::string to_string(const Cookie& cookie) {
    check_text(cookie);
    check_attributes(cookie);
    std::string line = cookie.name + "=" + cookie.value + "; Path=" + cookie.path;
    if (!cookie.domain.empty()) line.append("; Domain=").append(cookie.domain);
    if (cookie.max_age) line.append("; Max-Age=").append(std::to_string(cookie.max_age->count()));
    if (cookie.expires) line.append("; Expires=").append(http_date(*cookie.expires));
    if (cookie.secure) line.append("; Secure");
    if (cookie.http_only) line.append("; HttpOnly");
    line.append("; SameSite=").append(to_string(cookie.same_site));
    if (cookie.partitioned) line.append("; Partitioned");
    return line;
}

Cookie expired(Cookie cookie) {
    cookie.value.clear();
    cookie.max_age = std::chrono::seconds{0};
    cookie.expires = std::chrono::system_clock::time_point{};
    return cookie;
}

}  // namespace patchbay
