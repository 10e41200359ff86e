#include "http/path.hpp"

#include "http/authority.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace patchbay {
namespace {

namespace http = boost::beast::http;
using Parsed = boost::system::result<RequestTarget, TargetError>;

// What a byte of the target asks of the scanner.
enum class ByteClass : std::uint8_t { plain, dot, rewrite, question, hash, forbidden };

constexpr std::array<ByteClass, 256> make_byte_classes() {
    std::array<ByteClass, 256> classes{};
    for (std::size_t byte = 0; byte < classes.size(); ++byte) {
        if (byte <= 0x20 || byte == 0x7F) classes[byte] = ByteClass::forbidden;
        if (byte >= 0x80) classes[byte] = ByteClass::rewrite;
    }
    classes['%'] = ByteClass::rewrite;
    classes['.'] = ByteClass::dot;
    classes['?'] = ByteClass::question;
    classes['#'] = ByteClass::hash;
    return classes;
}
constexpr auto byte_classes = make_byte_classes();

ByteClass class_of(char c) noexcept { return byte_classes[static_cast<unsigned char>(c)]; }

bool is_dot_segment(std::string_view segment) noexcept { return segment == "." || segment == ".."; }

struct PathScan {
    std::size_t end = 0;   // of the path: at '?', or the end of the text
    bool encoded = false;  // holds escapes or bytes above ASCII
    bool dotted = false;   // has segments "." or ".." as it stands
};

// One pass over the path, which begins `text`.
boost::system::result<PathScan, TargetError> scan_path(std::string_view text) noexcept {
    PathScan scan;
    for (; scan.end < text.size(); ++scan.end) {
        switch (class_of(text[scan.end])) {
            case ByteClass::plain:
                break;
            case ByteClass::dot:
                if (text[scan.end - 1] == '/') {
                    const std::size_t stop = std::min(text.find_first_of("/?#", scan.end), text.size());
                    scan.dotted |= is_dot_segment(text.substr(scan.end, stop - scan.end));
                }
                break;
            case ByteClass::rewrite:
                scan.encoded = true;
                break;
            case ByteClass::question:
                return scan;
            case ByteClass::hash:
                return TargetError::fragment;
            case ByteClass::forbidden:
                return TargetError::control_character;
        }
    }
    return scan;
}

std::optional<TargetError> check_query(std::string_view query) noexcept {
    for (const char c : query) {
        if (class_of(c) == ByteClass::hash) return TargetError::fragment;
        if (class_of(c) == ByteClass::forbidden) return TargetError::control_character;
    }
    return std::nullopt;
}

std::optional<TargetError> decode(std::string_view path, std::string& out) {
    std::size_t offset = 0;
    switch (detail::decode_path(path, out, offset)) {
        case detail::PathFault::none:
            break;
        case detail::PathFault::bad_escape:
            return TargetError::bad_escape;
        case detail::PathFault::control_character:
            return TargetError::control_character;
        case detail::PathFault::bad_utf8:
            return TargetError::bad_utf8;
    }
    return std::nullopt;
}

// `text` begins with '/' and holds the path and perhaps a query.
Parsed parse_path_and_query(std::string_view text, std::string& scratch) {
    const auto scan = scan_path(text);
    if (!scan) return scan.error();
    RequestTarget target;
    target.path = text.substr(0, scan->end);
    if (scan->end < text.size()) {
        target.query = text.substr(scan->end + 1);
        if (const auto error = check_query(target.query)) return *error;
    }
    if (!scan->encoded && !scan->dotted) return target;
    scratch.clear();
    scratch.reserve(target.path.size());
    if (scan->encoded) {
        if (const auto error = decode(target.path, scratch)) return *error;
    } else {
        scratch = target.path;
    }
    if (!detail::remove_dot_segments(scratch)) return TargetError::above_root;
    target.path = scratch;
    return target;
}

// The length of "http://" or "https://" in any case (RFC 3986 3.1), or 0.
std::size_t scheme_length(std::string_view target) noexcept {
    const auto same_letter = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
    for (const std::string_view scheme : {std::string_view{"http://"}, std::string_view{"https://"}}) {
        const std::string_view start = target.substr(0, scheme.size());
        if (std::equal(start.begin(), start.end(), scheme.begin(), scheme.end(), same_letter)) {
            return scheme.size();
        }
    }
    return 0;
}

Parsed parse_absolute(std::string_view rest, std::string& scratch) {
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    if (!is_authority(authority, false)) return TargetError::bad_authority;
    rest.remove_prefix(end);
    RequestTarget target;
    if (rest.starts_with('/')) {
        const auto parsed = parse_path_and_query(rest, scratch);
        if (!parsed) return parsed.error();
        target = *parsed;
    } else if (rest.starts_with('#')) {
        return TargetError::fragment;
    } else {
        target.path = "/";
        if (!rest.empty()) target.query = rest.substr(1);
        if (const auto error = check_query(target.query)) return *error;
    }
    target.form = TargetForm::absolute;
    target.authority = authority;
    return target;
}

}  // namespace

Parsed parse_target(http::verb method, std::string_view target, std::string& scratch) {
    if (method == http::verb::connect) {
        if (!is_authority(target, true)) return TargetError::bad_authority;
        return RequestTarget{TargetForm::authority, {}, {}, target};
    }
    if (target.starts_with('/')) return parse_path_and_query(target, scratch);
    if (target == "*" && method == http::verb::options)
        return RequestTarget{TargetForm::asterisk, target, {}, {}};
    if (const std::size_t length = scheme_length(target); length != 0) {
        return parse_absolute(target.substr(length), scratch);
    }
    return TargetError::bad_form;
}

std::string_view to_string(TargetError error) noexcept {
    switch (error) {
        case TargetError::bad_form:
            return "the request target has no form that this method takes";
        case TargetError::bad_authority:
            return "the authority of the request target is not host[:port]";
        case TargetError::fragment:
            return "the request target has a fragment";
        case TargetError::control_character:
            return "the request target has a space or a control character";
        case TargetError::bad_escape:
            return "a '%' in the path lacks its two hexadecimal digits";
        case TargetError::bad_utf8:
            return "the path is not valid UTF-8";
        case TargetError::above_root:
            return "the path goes above the root";
    }
    return "the request target is wrong";
}

}  // namespace patchbay
