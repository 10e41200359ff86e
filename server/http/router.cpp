#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace patchbay {
namespace {

using detail::no_index;
using detail::RouteEntry;
using detail::RouteNode;
using detail::RouteSlice;
using detail::RouteTable;
using Verb = boost::beast::http::verb;

// One search: the path cut into segments, and what has been found on the way down.
class Search {
public:
    Search(const RouteTable& table, Verb method, std::string_view path) noexcept
        : table_{table}, method_{method}, path_{path} {
        // No pattern looks further than one segment beyond the longest of them.
        std::size_t begin = 1;
        while (count_ <= table.depth && begin <= path.size()) {
            starts_[count_++] = begin;
            const void* slash = std::memchr(path.data() + begin, '/', path.size() - begin);
            begin = slash == nullptr
                        ? path.size() + 1
                        : static_cast<std::size_t>(static_cast<const char*>(slash) - path.data()) + 1;
        }
        starts_[count_] = begin;
    }

    // Goes down from a node that `depth` segments lead to, the most specific child first.
    bool descend(std::uint32_t index, std::size_t depth) noexcept {
        if (index == no_index) return false;
        const RouteNode& node = table_.nodes[index];
        if (depth == count_) return accept(node.here);
        const std::string_view segment = segment_at(depth);
        if (node.has_literals && descend(table_.literals.find(index, segment), depth + 1)) return true;
        if (descend_as(SegmentKind::integer, node.integer, segment, depth)) return true;
        if (descend_as(SegmentKind::uuid, node.uuid, segment, depth)) return true;
        if (descend_as(SegmentKind::text, node.text, segment, depth)) return true;
        if (node.rest.count == 0 || !detail::segment_fits(SegmentKind::path, segment)) return false;
        values_[value_count_++] = path_.substr(starts_[depth]);
        if (accept(node.rest)) return true;
        --value_count_;
        return false;
    }

    // Takes the entry for the method, or notes what methods there are.
    bool accept(RouteSlice slice) noexcept {
        const RouteEntry* for_get = nullptr;
        for (std::uint32_t at = slice.first; at < slice.first + slice.count; ++at) {
            const RouteEntry& entry = table_.entries[at];
            if (entry.methods.contains(method_)) {
                found_ = &entry;
                return true;
            }
            if (entry.methods.contains(Verb::get)) for_get = &entry;
            allowed_ = allowed_ | entry.methods;
        }
        if (method_ == Verb::head) found_ = for_get;
        return found_ != nullptr;
    }

    RouteMatch result(PathParams& params) const noexcept {
        params.clear();
        if (found_ != nullptr) {
            for (std::uint32_t at = 0; at < found_->names.count; ++at) {
                params.add(table_.names[found_->names.first + at], values_[at]);
            }
            return {RouteStatus::found, found_->endpoint, {}};
        }
        if (allowed_.empty()) return {};
        const bool head = allowed_.contains(Verb::get);
        return {RouteStatus::method_not_allowed, 0, head ? allowed_ | MethodSet{Verb::head} : allowed_};
    }

private:
    std::string_view segment_at(std::size_t depth) const noexcept {
        return path_.substr(starts_[depth], starts_[depth + 1] - starts_[depth] - 1);
    }

    bool descend_as(SegmentKind kind, std::uint32_t child, std::string_view segment,
                    std::size_t depth) noexcept {
        if (child == no_index || !detail::segment_fits(kind, segment)) return false;
        values_[value_count_++] = segment;
        if (descend(child, depth + 1)) return true;
        --value_count_;
        return false;
    }

    const RouteTable& table_;
    Verb method_;
    std::string_view path_;
    // Where each segment begins, and one past where the last of them ends. Left unset: only count_ matter.
    std::array<std::size_t, RoutePattern::max_segments + 2> starts_;
    std::size_t count_ = 0;
    std::array<std::string_view, PathParams::capacity> values_;
    std::size_t value_count_ = 0;
    const RouteEntry* found_ = nullptr;
    MethodSet allowed_;
};

}  // namespace

RouteMatch Router::match(Verb method, std::string_view path, PathParams& params) const noexcept {
    params.clear();
    if (table_.nodes.empty() || !path.starts_with('/')) return {};
    // Nothing is more specific than a literal path, so its entries are looked at here, and the path is not
    // cut into segments for them. It takes no other method's place: when it does not have the method, the
    // search below meets it again and goes on to the others.
    const std::uint32_t whole = table_.literals.find(RouteTable::whole_paths, path);
    if (whole != no_index) {
        const RouteSlice slice = table_.nodes[whole].here;
        for (std::uint32_t at = slice.first; at < slice.first + slice.count; ++at) {
            const RouteEntry& entry = table_.entries[at];
            if (entry.methods.contains(method)) return {RouteStatus::found, entry.endpoint, {}};
        }
    }
    Search search{table_, method, path};
    search.descend(0, 0);
    return search.result(params);
}

}  // namespace patchbay
