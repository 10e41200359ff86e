#include "plugin/route_parameters.hpp"

#include <algorithm>
#include <string_view>

namespace patchbay {
namespace {

using Segment = RoutePattern::Segment;

const Segment* find_parameter(const RoutePattern& pattern, std::string_view name) noexcept {
    for (const Segment& segment : pattern.segments())
        if (segment.kind != SegmentKind::literal && segment.text == name) return &segment;
    return nullptr;
}

bool all_have(const std::vector<RouteSpec>& routes, std::string_view name) noexcept {
    return std::all_of(routes.begin(), routes.end(), [&](const RouteSpec& route) {
        return find_parameter(route.pattern, name) != nullptr;
    });
}

// Of all the types only these two have no value in common.
bool share_values(SegmentKind one, SegmentKind other) noexcept {
    const auto are = [&](SegmentKind a, SegmentKind b) { return one == a && other == b; };
    return !are(SegmentKind::integer, SegmentKind::uuid) && !are(SegmentKind::uuid, SegmentKind::integer);
}

// As it is written in a pattern.
std::string written(const Segment& parameter) {
    switch (parameter.kind) {
        case SegmentKind::integer:
            return "{" + parameter.text + ":int}";
        case SegmentKind::uuid:
            return "{" + parameter.text + ":uuid}";
        case SegmentKind::path:
            return "{" + parameter.text + ":path}";
        case SegmentKind::text:
        case SegmentKind::literal:
            break;
    }
    return "{" + parameter.text + "}";
}

bool one_has(const std::vector<RouteSpec>& routes, std::string_view name) noexcept {
    return std::any_of(routes.begin(), routes.end(), [&](const RouteSpec& route) {
        return find_parameter(route.pattern, name) != nullptr;
    });
}

// The parameter of `bound` that the handler knows nothing of, if there is just one: it is likely to be the
// missing one by another name.
const Segment* only_stranger(const std::vector<RouteSpec>& own, const RoutePattern& bound) noexcept {
    const Segment* found = nullptr;
    for (const Segment& segment : bound.segments()) {
        if (segment.kind == SegmentKind::literal || one_has(own, segment.text)) continue;
        if (found) return nullptr;
        found = &segment;
    }
    return found;
}

std::string missing(const std::vector<RouteSpec>& own, const Segment& parameter, const Segment* stranger) {
    return "needs the parameter " + written(parameter) + ", as in its own path \"" +
           own.front().pattern.text() + "\": write " + written(parameter) +
           (stranger ? " for " + written(*stranger) : " as a segment of the path");
}

}  // namespace

std::vector<std::string> parameter_problems(const std::vector<RouteSpec>& own, const RoutePattern& bound) {
    std::vector<std::string> problems;
    std::vector<const Segment*> absent;
    if (own.empty()) return problems;
    for (const Segment& parameter : own.front().pattern.segments()) {
        if (parameter.kind == SegmentKind::literal || !all_have(own, parameter.text)) continue;
        const Segment* const given = find_parameter(bound, parameter.text);
        if (!given) {
            absent.push_back(&parameter);
        } else if (std::none_of(own.begin(), own.end(), [&](const RouteSpec& route) {
                       return share_values(find_parameter(route.pattern, parameter.text)->kind, given->kind);
                   })) {
            problems.push_back("takes " + written(parameter) + ", as in its own path \"" +
                               own.front().pattern.text() + "\", which " + written(*given) +
                               " never is: write " + written(parameter));
        }
    }
    const Segment* const stranger = absent.size() == 1 ? only_stranger(own, bound) : nullptr;
    for (const Segment* parameter : absent) problems.push_back(missing(own, *parameter, stranger));
    return problems;
}

}  // namespace patchbay
