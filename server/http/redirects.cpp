#include "http/redirects.hpp"

#include <algorithm>

namespace patchbay {
namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

// Takes the next part off a target: text, or the name between braces.
struct Part {
    std::string_view text;
    bool is_name = false;
};
Part take_part(std::string_view& target) {
    if (target.front() != '{') {
        const std::string_view text = target.substr(0, target.find('{'));
        target.remove_prefix(text.size());
        return {text, false};
    }
    const std::size_t close = std::min(target.find('}'), target.size());
    const std::string_view name = target.substr(1, close - 1);
    target.remove_prefix(std::min(close + 1, target.size()));
    return {name, true};
}

// The text "%2F" is an escaped slash that the router has left as it was.
void append_encoded(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view{"-._~!$&'()*+,;=:@/"}.find(c) != std::string_view::npos;
        const auto byte = static_cast<unsigned char>(c);
        if (plain || text.substr(at, 3) == "%2F") {
            out += c;
        } else {
            out.append({'%', hex[byte >> 4], hex[byte & 0xf]});
        }
    }
}

bool is_dots(std::string_view segment) {
    std::size_t dots = 0;
    for (; !segment.empty(); ++dots) {
        if (segment.starts_with('.')) {
            segment.remove_prefix(1);
        } else if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
            segment.remove_prefix(3);
        } else {
            return false;
        }
    }
    return dots == 1 || dots == 2;
}

}  // namespace

std::string redirect_problem(std::string_view target, const RoutePattern& pattern) {
    while (!target.empty()) {
        const bool opens = target.front() == '{';
        const bool closes = target.find('}') != std::string_view::npos;
        if (opens && !closes) return "a '{' is not closed";
        const Part part = take_part(target);
        if (!part.is_name && part.text.find('}') != std::string_view::npos) return "a '}' is not opened";
        const auto& segments = pattern.segments();
        if (part.is_name && std::none_of(segments.begin(), segments.end(), [&](const auto& segment) {
                return segment.kind != SegmentKind::literal && segment.text == part.text;
            }))
            return "the path has no parameter '" + std::string{part.text} + "'";
    }
    return {};
}

std::string redirect_location(std::string_view target, const Request& request) {
    std::string location;
    const bool rooted = target.starts_with('/');
    while (!target.empty()) {
        const Part part = take_part(target);
        if (part.is_name) {
            append_encoded(location, request.path_param(part.text));
        } else {
            location.append(part.text);
        }
    }
    // "//host" would be another server (RFC 3986 §4.2).
    if (rooted) location.erase(0, std::min(location.find_first_not_of('/'), location.size()) - 1);
    if (request.query_string().empty()) return location;
    location += location.find('?') == std::string::npos ? '?' : '&';
    return location.append(request.query_string());
}

std::optional<Response> slash_redirect(const PublishedRoutes& routes, const detail::RequestData& request) {
    if (request.path.size() < 2 || !request.path.starts_with('/')) return std::nullopt;
    const bool has_slash = request.path.ends_with('/');
    std::string other{request.path};
    if (has_slash) {
        other.pop_back();
    } else {
        other += '/';
    }
    PathParams params;
    if (routes.match(request.method, other, request, params).status != RouteStatus::found)
        return std::nullopt;
    std::string_view raw = request.target.substr(0, request.target.find('?'));
    const std::string_view query = request.target.substr(raw.size());
    if (raw.ends_with('/') != has_slash) return std::nullopt;  // it ended in "." or ".."
    if (has_slash) raw.remove_suffix(1);
    const std::string_view last = raw.substr(raw.rfind('/') + 1);
    if (last.empty() || is_dots(last)) return std::nullopt;
    std::string location = has_slash ? "../" : "./";
    location.append(last).append(has_slash ? "" : "/").append(query);
    return Response::redirect(location, http::status::permanent_redirect);
}

}  // namespace patchbay
