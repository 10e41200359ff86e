#include "hex_digit.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace patchbay {
namespace {

namespace http = boost::beast::http;
using detail::PathFault;
using Segment = RoutePattern::Segment;

template <class Value>
using Parsed = boost::system::result<Value, RouteError>;

std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) noexcept { return is_name_start(c) || is_digit(c); }

bool is_uuid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
        if (hyphen ? text[at] != '-' : detail::hex_value(text[at]) < 0) return false;
    }
    return true;
}

bool is_integer(std::string_view text) noexcept {
    constexpr std::size_t longest = 20;  // "-9223372036854775808"
    if (text.empty() || text.size() > longest) return false;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

Parsed<Segment> parse_literal(std::string_view text, std::size_t offset) {
    Segment segment;
    std::size_t fault_at = 0;
    switch (detail::decode_path(text, segment.text, fault_at)) {
        case PathFault::bad_escape:
            return RouteError{offset + fault_at,
                              "'%' needs two hexadecimal digits; write %25 for a percent sign"};
        case PathFault::control_character:
            return RouteError{offset + fault_at, "a path holds no control characters; remove it"};
        case PathFault::bad_utf8:
            return RouteError{offset + fault_at, "the segment is not valid UTF-8; write it in UTF-8"};
        case PathFault::none:
            break;
    }
    const bool in_angles = text.starts_with('<') && text.ends_with('>');
    if (text.size() > 1 && (text.starts_with(':') || in_angles)) {
        return RouteError{offset, "a parameter is written {name}, not " + in_quotes(text) +
                                      "; write %3A or %3C for a segment that begins so"};
    }
    if (segment.text == "." || segment.text == "..") {
        return RouteError{offset, "requests never keep a segment " + in_quotes(segment.text) +
                                      "; write the path without it"};
    }
    return segment;
}

Parsed<SegmentKind> parse_type(std::string_view type, std::size_t offset) {
    if (type == "int") return SegmentKind::integer;
    if (type == "uuid") return SegmentKind::uuid;
    if (type == "text") return SegmentKind::text;
    if (type == "path") return SegmentKind::path;
    return RouteError{offset, "unknown type " + in_quotes(type) + "; write one of text, int, uuid, path"};
}

// `inner` is what stands between the braces, and `offset` where it begins.
Parsed<Segment> parse_parameter(std::string_view inner, std::size_t offset) {
    const std::size_t colon = std::min(inner.find(':'), inner.size());
    const std::string_view name = inner.substr(0, colon);
    if (name.empty()) return RouteError{offset, "the parameter has no name; write {name} or {name:type}"};
    const auto wrong = std::find_if_not(name.begin(), name.end(), is_name);
    if (wrong != name.end() || !is_name_start(name.front())) {
        const auto at = wrong == name.end() ? 0 : static_cast<std::size_t>(wrong - name.begin());
        return RouteError{offset + at, "the parameter name " + in_quotes(name) +
                                           " must be letters, digits and '_', and not begin with a digit"};
    }
    if (colon == inner.size()) return Segment{SegmentKind::text, std::string{name}};
    const auto kind = parse_type(inner.substr(colon + 1), offset + colon + 1);
    if (!kind) return kind.error();
    return Segment{*kind, std::string{name}};
}

Parsed<Segment> parse_segment(std::string_view text, std::size_t offset) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}');
    if (open == std::string_view::npos && close == std::string_view::npos) return parse_literal(text, offset);
    if (open > close) return RouteError{offset + close, "'}' without a '{' before it; write %7D for a brace"};
    if (close == std::string_view::npos || text.find('{', open + 1) < close) {
        return RouteError{offset + open,
                          "'{' is not closed in its segment; add '}', or write %7B for a brace"};
    }
    if (open != 0 || close + 1 != text.size()) {
        return RouteError{offset, "a parameter must be a whole segment; take all of " + in_quotes(text) +
                                      " as one parameter and split its value in the handler"};
    }
    return parse_parameter(text.substr(1, text.size() - 2), offset + 1);
}

// Rules about how a segment stands to those before it.
std::optional<RouteError> check_place(const std::vector<Segment>& before, const Segment& segment,
                                      std::size_t offset) {
    if (before.size() == RoutePattern::max_segments) {
        return RouteError{offset, "a path has at most 64 segments; end it with a {name:path} parameter"};
    }
    if (!before.empty() && before.back().kind == SegmentKind::path) {
        return RouteError{offset, "nothing can follow the path parameter " + in_quotes(before.back().text) +
                                      "; make it the last segment"};
    }
    if (segment.kind == SegmentKind::literal) return std::nullopt;
    std::size_t parameters = 0;
    for (const Segment& other : before) {
        if (other.kind == SegmentKind::literal) continue;
        if (other.text == segment.text) {
            return RouteError{offset, "the name " + in_quotes(segment.text) + " is used twice; rename one"};
        }
        ++parameters;
    }
    if (parameters < PathParams::capacity) return std::nullopt;
    return RouteError{offset, "a path has at most 16 parameters; take several segments as one {name:path}"};
}

Parsed<MethodSet> parse_methods(std::string_view text) {
    MethodSet methods;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        while (begin < comma && text[begin] == ' ') ++begin;
        std::string_view name = text.substr(begin, comma - begin);
        while (name.ends_with(' ')) name.remove_suffix(1);
        const http::verb verb = http::string_to_verb(name);
        if (verb == http::verb::unknown) {
            return RouteError{begin, "unknown method " + in_quotes(name) +
                                         "; write methods in capitals with commas, as in 'GET,HEAD /path'"};
        }
        methods.insert(verb);
        begin = comma + 1;
    }
    return methods;
}

}  // namespace

std::string MethodSet::to_string() const {
    std::string names;
    for (unsigned value = 1; value <= static_cast<unsigned>(Verb::unlink); ++value) {
        const auto verb = static_cast<Verb>(value);
        if (!contains(verb)) continue;
        if (!names.empty()) names += ", ";
        names += std::string_view{http::to_string(verb)};
    }
    return names;
}

void throw_exception_from_error(const RouteError& error, const boost::source_location&) {
    throw std::invalid_argument("route, at offset " + std::to_string(error.offset) + ": " + error.message);
}

Parsed<RoutePattern> RoutePattern::parse(std::string_view text) {
    if (!text.starts_with('/')) return RouteError{0, "a path begins with '/'; write it in front"};
    if (const std::size_t at = text.find_first_of("?#"); at != std::string_view::npos) {
        return RouteError{at,
                          "a pattern is a path without query or fragment; write %3F for '?', %23 for '#'"};
    }
    RoutePattern pattern;
    pattern.text_ = text;
    for (std::size_t begin = 1; begin <= text.size();) {
        const std::size_t end = std::min(text.find('/', begin), text.size());
        if (begin == end && end != text.size())
            return RouteError{begin, "'//' is an empty segment; remove a '/'"};
        auto segment = parse_segment(text.substr(begin, end - begin), begin);
        if (!segment) return segment.error();
        if (auto error = check_place(pattern.segments_, *segment, begin)) return *std::move(error);
        pattern.segments_.push_back(*std::move(segment));
        begin = end + 1;
    }
    return pattern;
}

bool RoutePattern::match(std::string_view path, PathParams& params) const noexcept {
    params.clear();
    if (!path.starts_with('/')) return false;
    std::size_t begin = 1;
    for (const Segment& segment : segments_) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const bool fits = begin <= path.size() &&
                          (segment.kind == SegmentKind::literal
                               ? path.substr(begin, end - begin) == segment.text
                               : detail::segment_fits(segment.kind, path.substr(begin, end - begin)));
        if (!fits) {
            params.clear();
            return false;
        }
        const std::size_t stop = segment.kind == SegmentKind::path ? path.size() : end;
        if (segment.kind != SegmentKind::literal) params.add(segment.text, path.substr(begin, stop - begin));
        begin = stop + 1;
    }
    if (begin > path.size()) return true;
    params.clear();
    return false;
}

Parsed<RouteSpec> parse_route(std::string_view text) {
    // The path is the last word before the first slash ends: "GET hello/x" is a path that lacks its slash.
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::size_t space = slash == 0 ? std::string_view::npos : text.rfind(' ', slash - 1);
    const std::size_t path_at = space == std::string_view::npos ? 0 : space + 1;
    auto pattern = RoutePattern::parse(text.substr(path_at));
    if (!pattern) return RouteError{pattern.error().offset + path_at, std::move(pattern.error().message)};
    if (path_at == 0) return RouteSpec{MethodSet::all(), *std::move(pattern)};
    const auto methods = parse_methods(text.substr(0, space));
    if (!methods) return methods.error();
    return RouteSpec{*methods, *std::move(pattern)};
}

namespace detail {

bool segment_fits(SegmentKind kind, std::string_view segment) noexcept {
    switch (kind) {
        case SegmentKind::integer:
            return is_integer(segment);
        case SegmentKind::uuid:
            return is_uuid(segment);
        case SegmentKind::text:
        case SegmentKind::path:
            return !segment.empty();
        case SegmentKind::literal:
            break;
    }
    return false;
}

}  // namespace detail
}  // namespace patchbay
