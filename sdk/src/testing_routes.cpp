// Which handler a request of testing::App is for: its target read and its route found by the host's rules,
// one route after another instead of by a tree.
#include "testing_request.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <stdexcept>

namespace patchbay::detail {
namespace {

// The most specific first: segment by segment, as SegmentKind orders them.
bool more_specific(const RoutePattern& a, const RoutePattern& b) {
    return std::lexicographical_compare(a.segments().begin(), a.segments().end(), b.segments().begin(),
                                        b.segments().end(),
                                        [](const auto& x, const auto& y) { return x.kind < y.kind; });
}

bool same_shape(const RoutePattern& a, const RoutePattern& b) {
    return std::equal(a.segments().begin(), a.segments().end(), b.segments().begin(), b.segments().end(),
                      [](const auto& x, const auto& y) {
                          return x.kind == y.kind && (x.kind != SegmentKind::literal || x.text == y.text);
                      });
}

std::string described(const RouteSpec& spec, const HandlerEntry& handler) {
    const std::string methods = spec.methods == MethodSet::all() ? "" : spec.methods.to_string() + " ";
    return "'" + methods + spec.pattern.text() + "' of " + handler.name;
}

// Of the target as it is; what its escapes stand for is judged when they are decoded.
std::string_view unfit_byte(std::string_view target) {
    for (const char c : target) {
        if (c == '#') return "the request target has a fragment";
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
            return "the request target has a space or a control character";
    }
    return {};
}

}  // namespace

std::string_view FakeRequest::read_target() {
    if (!data_.path.starts_with('/')) return "the request target has no form that this method takes";
    if (const std::string_view problem = unfit_byte(data_.target); !problem.empty()) return problem;
    std::size_t fault_at = 0;
    switch (decode_path(data_.path, path_, fault_at)) {
        case PathFault::none:
            break;
        case PathFault::bad_escape:
            return "a '%' in the path lacks its two hexadecimal digits";
        case PathFault::control_character:
            return "the request target has a space or a control character";
        case PathFault::bad_utf8:
            return "the path is not valid UTF-8";
    }
    if (!remove_dot_segments(path_)) return "the path goes above the root";
    data_.path = path_;
    return {};
}

std::optional<Response> FakeRequest::route(const Handlers& handlers) {
    if (const std::string_view wrong = read_target(); !wrong.empty())
        return problem(http::status::bad_request, wrong);
    MethodSet allowed;
    const RouteSpec* best = nullptr;
    for (const HandlerEntry& entry : handlers.entries()) {
        for (const RouteSpec& spec : entry.routes) {
            PathParams params;
            if (!spec.pattern.match(data_.path, params)) continue;
            MethodSet methods = spec.methods;
            if (methods.contains(http::verb::get)) methods.insert(http::verb::head);
            allowed = allowed | methods;
            if (!methods.contains(data_.method)) continue;
            // One for GET takes HEAD only where none of the same shape is for HEAD.
            const bool own_head =
                best && same_shape(spec.pattern, best->pattern) && spec.methods.contains(data_.method);
            if (best && !own_head && !more_specific(spec.pattern, best->pattern)) continue;
            best = &spec;
            entry_ = &entry;
            path_params_ = params;
            data_.path_params = path_params_;
        }
    }
    if (entry_) return std::nullopt;
    if (data_.method == http::verb::unknown) return problem(http::status::not_implemented);
    if (allowed.empty()) return problem(http::status::not_found);
    allowed.insert(http::verb::options);
    Response answer = data_.method == http::verb::options ? Response{http::status::no_content}
                                                          : problem(http::status::method_not_allowed);
    return std::move(answer).header("Allow", allowed.to_string());
}

void check_routes(const Handlers& handlers) {
    struct Route {
        const RouteSpec* spec;
        const HandlerEntry* handler;
    };
    std::vector<Route> earlier;
    for (const HandlerEntry& handler : handlers.entries()) {
        for (const RouteSpec& spec : handler.routes) {
            for (const Route& other : earlier) {
                const MethodSet both = spec.methods & other.spec->methods;
                if (both.empty() || !same_shape(spec.pattern, other.spec->pattern)) continue;
                const std::string methods = both == MethodSet::all() ? "every method" : both.to_string();
                throw std::invalid_argument{described(spec, handler) + " clashes with " +
                                            described(*other.spec, *other.handler) + ": both take " +
                                            methods + "; change the path or the methods of one"};
            }
            earlier.push_back({&spec, &handler});
        }
    }
}

}  // namespace patchbay::detail
