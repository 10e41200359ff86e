#include <patchbay/detail/route_names.hpp>

#include <algorithm>
#include <stdexcept>

namespace patchbay::detail {
namespace {

using Segment = RoutePattern::Segment;

// Of what a path may hold (RFC 3986 §3.3), what also needs no escape in HTML and in forms.
bool needs_no_escape(char c) noexcept {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') ||
           std::string_view{"-._~!$*(),;=:@"}.find(c) != std::string_view::npos;
}

void append_segment_text(std::string& path, std::string_view text, bool with_slashes) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (needs_no_escape(c) || (with_slashes && c == '/')) {
            path += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        path.append({'%', digits[byte >> 4], digits[byte & 0xf]});
    }
}

// A slash within it is "%2F" also in its decoded text.
void append_literal(std::string& path, std::string_view text) {
    for (;;) {
        const std::size_t slash = std::min(text.find("%2F"), text.size());
        append_segment_text(path, text.substr(0, slash), false);
        if (slash == text.size()) return;
        path += "%2F";
        text.remove_prefix(slash + 3);
    }
}

// What a reader of the path would take for a step within it (RFC 3986 §5.2.4), whatever it is encoded as.
bool has_dot_segment(std::string_view text) noexcept {
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('/', begin), text.size());
        const std::string_view segment = text.substr(begin, end - begin);
        if (segment == "." || segment == "..") return true;
        begin = end + 1;
    }
    return false;
}

// Whether the host would give the value back to the handler.
bool is_value_of(const Segment& segment, std::string_view value) {
    const bool rest = segment.kind == SegmentKind::path;
    if (!segment_fits(segment.kind, value) || has_dot_segment(value)) return false;
    if (rest && value.front() == '/') return false;
    std::string encoded;
    append_segment_text(encoded, value, rest);
    std::string decoded;
    std::size_t fault_at = 0;
    return decode_path(encoded, decoded, fault_at) == PathFault::none;
}

const std::string_view* value_for(const Segment& segment, FieldList values) noexcept {
    for (const auto& [name, value] : values)
        if (name == segment.text) return &value;
    return nullptr;
}

std::string described(const RoutePattern& pattern, std::string_view handler) {
    return "patchbay: the path " + pattern.text() + " of handler '" + std::string{handler} + "' ";
}

// Why the pattern does not take these values; empty when it does.
std::string complaint(const RoutePattern& pattern, FieldList values) {
    const auto& segments = pattern.segments();
    for (const Segment& segment : segments) {
        if (segment.kind != SegmentKind::literal && !value_for(segment, values))
            return "lacks a value for '" + segment.text + "'";
    }
    for (const auto& [name, value] : values) {
        const bool known = std::ranges::any_of(segments, [&wanted = name](const Segment& segment) {
            return segment.kind != SegmentKind::literal && segment.text == wanted;
        });
        if (!known) return "has no parameter '" + std::string{name} + "'";
    }
    return {};
}

std::string filled(const RoutePattern& pattern, std::string_view handler, FieldList values) {
    std::string path;
    for (const Segment& segment : pattern.segments()) {
        path += '/';
        if (segment.kind == SegmentKind::literal) {
            append_literal(path, segment.text);
            continue;
        }
        const std::string_view value = *value_for(segment, values);
        if (!is_value_of(segment, value))
            throw std::invalid_argument{described(pattern, handler) + "can't have '" + std::string{value} +
                                        "' for '" + segment.text + "'"};
        append_segment_text(path, value, segment.kind == SegmentKind::path);
    }
    return path;
}

}  // namespace

void RouteNames::add(const std::string& handler, const RoutePattern& pattern) {
    patterns_[handler].push_back(pattern);
}

std::string RouteNames::path_of(std::string_view handler, FieldList values) const {
    const auto found = patterns_.find(handler);
    if (found == patterns_.end())
        throw std::invalid_argument{"patchbay: no handler '" + std::string{handler} + "' is served"};
    for (const RoutePattern& pattern : found->second)
        if (complaint(pattern, values).empty()) return filled(pattern, handler, values);
    const RoutePattern& first = found->second.front();
    throw std::invalid_argument{described(first, handler) + complaint(first, values)};
}

}  // namespace patchbay::detail
