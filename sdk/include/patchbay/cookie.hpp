// A cookie as a response sets it (RFC 6265, and the prefixes and attributes of its revision, RFC 6265bis).
#pragma once

#include <patchbay/export.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace patchbay {

/// With which requests from other sites browsers send a cookie.
enum class SameSite {
    lax,     ///< when their user follows a link, and never with what changes something (POST, PUT, ...)
    strict,  ///< never
    none     ///< always; asks for `secure`
};

/// The defaults are the safe ones: scripts can't read it, other sites' forms don't send it, only HTTPS (and
/// http://localhost) carries it, and it ends with the browser's session.
struct Cookie {
    std::string name;  ///< a token (RFC 9110 §5.6.2); "__Secure-" and "__Host-" have rules, see below
    std::string
        value{};  ///< ASCII without white space, quotes, commas, semicolons, backslashes: encode others
    std::optional<std::chrono::seconds> max_age{};  ///< 0 or less deletes; browsers cap it, at 400 days or so
    /// For browsers that don't know Max-Age, which goes before it.
    std::optional<std::chrono::system_clock::time_point> expires{};
    std::string domain{};    ///< empty: this host only; "example.com" includes every subdomain
    std::string path = "/";  ///< this path and what is below it; no protection, another path can read it
    SameSite same_site = SameSite::lax;
    bool secure = true;     ///< false where users come over plain HTTP: browsers drop a secure cookie there
    bool http_only = true;  ///< false when scripts must read it
    bool partitioned = false;  ///< one jar for each site that embeds this one (CHIPS)
};

/// The value of the Set-Cookie line.
/// Errors: std::invalid_argument that says why browsers would drop or misread the cookie: a name, value,
/// domain or path with characters that must not stand there; name and value above 4096 bytes together;
/// `SameSite::none` or `partitioned` without `secure`; "__Secure-" without `secure`; "__Host-" without
/// `secure`, with a domain, or with a path other than "/".
PATCHBAY_API std::string to_string(const Cookie& cookie);

/// The same name, domain and path with no value and an age that is over: what deletes a cookie.
PATCHBAY_API Cookie expired(Cookie cookie);

}  // namespace patchbay
