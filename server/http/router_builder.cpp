#include "http/router_builder.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

namespace patchbay {
namespace {

using detail::LiteralEdge;
using detail::no_index;
using detail::RouteNode;
using detail::RouteTable;

// The tree of segments while it grows: nodes as they will be, and beside each the routes that end there.
struct Tree {
    std::vector<RouteNode> nodes{1};
    std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> literals;
    std::map<std::uint32_t, std::vector<std::uint32_t>> here;
    std::map<std::uint32_t, std::vector<std::uint32_t>> rest;

    std::uint32_t add_node() {
        nodes.emplace_back();
        return static_cast<std::uint32_t>(nodes.size() - 1);
    }

    std::uint32_t literal_child(std::uint32_t from, const std::string& text) {
        const auto [edge, is_new] = literals.try_emplace({from, text}, no_index);
        if (is_new) edge->second = add_node();
        nodes[from].has_literals = true;
        return edge->second;
    }

    std::uint32_t typed_child(std::uint32_t from, std::uint32_t RouteNode::* child) {
        if (nodes[from].*child == no_index) {
            const std::uint32_t added = add_node();
            nodes[from].*child = added;
        }
        return nodes[from].*child;
    }

    void insert(const RoutePattern& pattern, std::uint32_t route) {
        std::uint32_t at = 0;
        std::string whole;
        for (const RoutePattern::Segment& segment : pattern.segments()) {
            switch (segment.kind) {
                case SegmentKind::literal:
                    at = literal_child(at, segment.text);
                    break;
                case SegmentKind::integer:
                    at = typed_child(at, &RouteNode::integer);
                    break;
                case SegmentKind::uuid:
                    at = typed_child(at, &RouteNode::uuid);
                    break;
                case SegmentKind::text:
                    at = typed_child(at, &RouteNode::text);
                    break;
                case SegmentKind::path:
                    rest[at].push_back(route);
                    return;
            }
            whole += '/' + segment.text;
        }
        here[at].push_back(route);
        const bool plain =
            std::all_of(pattern.segments().begin(), pattern.segments().end(),
                        [](const auto& segment) { return segment.kind == SegmentKind::literal; });
        if (plain) literals.try_emplace({RouteTable::whole_paths, whole}, at);
    }
};

}  // namespace

void RouterBuilder::add(MethodSet methods, RoutePattern pattern, std::uint32_t endpoint, std::string owner) {
    assert(!methods.empty());
    routes_.push_back({methods, std::move(pattern), endpoint, std::move(owner)});
}

boost::system::result<Router, RouteClashes> RouterBuilder::build() const {
    if (routes_.empty()) return Router{};
    Tree tree;
    RouteTable table;
    for (std::uint32_t at = 0; at < routes_.size(); ++at) {
        tree.insert(routes_[at].pattern, at);
        table.depth = std::max(table.depth, routes_[at].pattern.segments().size());
    }
    RouteClashes clashes;
    for (const auto& [node, shape] : tree.here) add_clashes(shape, clashes.sentences);
    for (const auto& [node, shape] : tree.rest) add_clashes(shape, clashes.sentences);
    if (!clashes.sentences.empty()) return clashes;

    for (const auto& [node, shape] : tree.here) tree.nodes[node].here = add_entries(shape, table);
    for (const auto& [node, shape] : tree.rest) tree.nodes[node].rest = add_entries(shape, table);
    std::vector<LiteralEdge> edges;
    edges.reserve(tree.literals.size());
    for (const auto& [from, to] : tree.literals) edges.push_back({from.first, to, from.second});
    table.literals = detail::RouterLiterals{edges};
    table.nodes = std::move(tree.nodes);
    return Router{std::move(table)};
}

void RouterBuilder::add_clashes(const Shape& shape, std::vector<std::string>& sentences) const {
    for (auto later = shape.begin(); later != shape.end(); ++later) {
        const Route& route = routes_[*later];
        const auto claims_same = [&](std::uint32_t other) {
            return !(routes_[other].methods & route.methods).empty();
        };
        const auto earlier = std::find_if(shape.begin(), later, claims_same);
        if (earlier == later) continue;
        const MethodSet both = routes_[*earlier].methods & route.methods;
        const std::string methods = both == MethodSet::all() ? "every method" : both.to_string();
        sentences.push_back(describe(route) + " clashes with " + describe(routes_[*earlier]) +
                            ": both take " + methods + "; change the path or the methods of one");
    }
}

std::string RouterBuilder::describe(const Route& route) const {
    const std::string methods = route.methods == MethodSet::all() ? "" : route.methods.to_string() + " ";
    return "'" + methods + route.pattern.text() + "' of " + route.owner;
}

detail::RouteSlice RouterBuilder::add_entries(const Shape& shape, RouteTable& table) const {
    const auto first = static_cast<std::uint32_t>(table.entries.size());
    for (const std::uint32_t number : shape) {
        const Route& route = routes_[number];
        const auto first_name = static_cast<std::uint32_t>(table.names.size());
        for (const RoutePattern::Segment& segment : route.pattern.segments()) {
            if (segment.kind != SegmentKind::literal) table.names.push_back(segment.text);
        }
        const auto name_count = static_cast<std::uint32_t>(table.names.size()) - first_name;
        table.entries.push_back({route.methods, route.endpoint, {first_name, name_count}});
    }
    return {first, static_cast<std::uint32_t>(shape.size())};
}

}  // namespace patchbay
