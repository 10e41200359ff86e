// Reads the request-target of a request line (RFC 9112 3.2) into the path the router takes and the raw query.
// Functions without state: the caller owns the target and the scratch buffer; callable on any thread.
#pragma once

#include <boost/beast/http/verb.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay {

enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

/// Every one of them makes the request a 400 (RFC 9112 3.2).
enum class TargetError : std::uint8_t {
    bad_form,           ///< none of the four forms, or one that the method may not use
    bad_authority,      ///< empty host, user information, or not host[:port]
    fragment,           ///< '#'
    control_character,  ///< U+0000 to U+001F and U+007F, escaped or not, and the unescaped space
    bad_escape,         ///< '%' in the path without two hexadecimal digits
    bad_utf8,           ///< the decoded path is not UTF-8
    above_root          ///< ".." with nothing left to remove
};

struct RequestTarget {
    TargetForm form = TargetForm::origin;
    std::string_view path;       ///< decoded, begins with '/'; "*" in asterisk-form, empty in authority-form
    std::string_view query;      ///< raw, without its '?'; its escapes are not checked
    std::string_view authority;  ///< raw; in absolute-form and authority-form only
};

/// The rules, all applied here and nowhere else:
/// - Escapes in the path are decoded once, but for "%2F": it stays the text "%2F" (in capitals) inside its
///   segment and never separates. "%252F" comes out the same, so a handler must not decode a second time.
/// - Segments "." and "..", escaped or not, are removed (RFC 3986 5.2.4); going above the root is an error.
/// - Empty segments ("//") are kept. An absolute-form without a path has the path "/".
/// - Absolute-form is http or https only. Authority-form needs its port and belongs to CONNECT alone, "*"
///   to OPTIONS alone (RFC 9112 3.2.3, 3.2.4).
///
/// Lifetime: the result views `target`, and `scratch` when the path had to be rewritten. A plain path
/// allocates nothing; for another `scratch` is overwritten, with at most one allocation if it is too small
/// for the path.
boost::system::result<RequestTarget, TargetError> parse_target(boost::beast::http::verb method,
                                                               std::string_view target, std::string& scratch);

/// One clause for a log line or a problem body: "the path goes above the root".
std::string_view to_string(TargetError error) noexcept;

}  // namespace patchbay
