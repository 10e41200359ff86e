#include "config/yaml_tree.hpp"

#include <algorithm>

namespace patchbay::detail {
namespace {

std::size_t count_nodes(const YamlNode& node) {
    std::size_t count = 1;
    for (const auto& child : node.children) count += count_nodes(child);
    return count;
}

std::size_t depth_of(const YamlNode& node) {
    std::size_t deepest = 0;
    for (const auto& child : node.children) deepest = std::max(deepest, depth_of(child));
    return deepest + 1;
}

std::size_t mark_line(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.line, 0)); }
std::size_t mark_column(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.column, 0)); }

}  // namespace

SourcePosition YamlTreeBuilder::position(const YAML::Mark& mark) const {
    return source_.position(mark_line(mark), mark_column(mark));
}

// yaml-cpp puts an empty list item at whatever comes after it.
SourcePosition YamlTreeBuilder::place_of_null(const YAML::Mark& mark) const {
    const bool is_item = !open_.empty() && open_.back().node.kind == YamlNode::Kind::sequence;
    const auto written = source_.text().substr(source_.offset_of(mark_line(mark), mark_column(mark)), 1);
    const bool is_written = written == "~" || written == "n" || written == "N";
    if (!is_item || open_.back().in_brackets || is_written) return position(mark);
    for (auto line = mark_line(mark); line-- > 0;) {
        const auto content = source_.line(line).find_first_not_of(' ');
        if (content != std::string_view::npos && source_.line(line)[content] == '-')
            return source_.position(line, content);
    }
    return position(mark);
}

std::string YamlTreeBuilder::path() const {
    std::string path;
    for (const auto& open : open_) {
        if (open.node.kind == YamlNode::Kind::sequence)
            path = index_path(path, open.node.children.size());
        else if (open.key)
            path = join_path(path, open.key->name);
    }
    return path;
}

void YamlTreeBuilder::fail(const SourcePosition& at, std::string text) {
    problems_.give_up({at, abbreviate(path()), std::move(text), {}});
}

void YamlTreeBuilder::reject_tag(const SourcePosition& at, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.add({at, path(), "YAML tags are not used here; write the value without its '!' tag", {}});
}

void YamlTreeBuilder::count(std::size_t nodes, const SourcePosition& at) {
    nodes_ += nodes;
    if (nodes_ > max_yaml_nodes)
        fail(at, "the file holds more than " + std::to_string(max_yaml_nodes) +
                     " values once its aliases are replaced");
}

std::optional<SourcePosition> YamlTreeBuilder::open_bracket() const {
    const auto innermost =
        std::find_if(open_.rbegin(), open_.rend(), [](const OpenNode& open) { return open.in_brackets; });
    if (innermost == open_.rend()) return std::nullopt;
    return innermost->node.at;
}

void YamlTreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (started_) reject_second_document(position(mark));
    started_ = true;
}

// yaml-cpp begins a new document not only at "---" and after "..." but also at text that does not belong to
// what stands above it, as after a wrong indentation.
void YamlTreeBuilder::reject_second_document(const SourcePosition& at) {
    const auto is_blank = [&](std::size_t line) {
        return source_.line(line).find_first_not_of(" \t") == std::string_view::npos;
    };
    auto above = at.line - 1;
    if (above > 0) --above;
    while (above > 0 && is_blank(above)) --above;
    if (source_.line(at.line - 1).starts_with("---") || source_.line(above).starts_with("..."))
        fail(at, "a second YAML document begins here; the file may hold only one");
    fail(at, "this does not belong to what stands above it; check the indentation");
}

void YamlTreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode node;
    node.at = place_of_null(mark);
    count(1, node.at);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    place(std::move(node));
}

void YamlTreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto at = position(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
        fail(at, "the alias stands inside the value it refers to, which would never end");
    count(count_nodes(found->second), at);
    if (open_.size() + depth_of(found->second) > max_yaml_depth)
        fail(at, "nested more than " + std::to_string(max_yaml_depth) + " levels deep");
    auto node = found->second;
    node.at = at;
    place(std::move(node), true);
}

void YamlTreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                               const std::string& value) {
    YamlNode node;
    node.kind = tag == "!" ? YamlNode::Kind::quoted : YamlNode::Kind::plain;
    node.text = value;
    node.at = position(mark);
    count(1, node.at);
    reject_tag(node.at, tag);
    if (node.kind == YamlNode::Kind::quoted &&
        source_.has_open_quote(source_.offset_of(mark_line(mark), mark_column(mark))))
        fail(node.at, "the quote that begins here is never closed");
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    place(std::move(node));
}

void YamlTreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                      YAML::EmitterStyle::value style) {
    open(mark, tag, anchor, style, YamlNode::Kind::sequence);
}

void YamlTreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                 YAML::EmitterStyle::value style) {
    open(mark, tag, anchor, style, YamlNode::Kind::mapping);
}

void YamlTreeBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           YAML::EmitterStyle::value style, YamlNode::Kind kind) {
    const auto at = position(mark);
    count(1, at);
    reject_tag(at, tag);
    if (open_.size() >= max_yaml_depth)
        fail(at, "nested more than " + std::to_string(max_yaml_depth) + " levels deep");
    OpenNode opened;
    opened.node.kind = kind;
    opened.node.at = at;
    opened.anchor = anchor;
    opened.in_brackets = style == YAML::EmitterStyle::Flow;
    open_.push_back(std::move(opened));
}

void YamlTreeBuilder::close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    if (closed.anchor != YAML::NullAnchor) anchors_[closed.anchor] = closed.node;
    place(std::move(closed.node));
}

void YamlTreeBuilder::place(YamlNode node, bool is_alias) {
    if (open_.empty()) {
        root_ = std::move(node);
        return;
    }
    auto& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::mapping) {
        if (!parent.key) return take_key(node, is_alias);
        const bool is_dropped = parent.key->dropped;
        node.key = std::move(parent.key->name);
        node.key_at = std::move(parent.key->at);
        parent.key.reset();
        if (is_dropped) return;
    }
    parent.node.children.push_back(std::move(node));
}

void YamlTreeBuilder::take_key(const YamlNode& node, bool is_alias) {
    auto& parent = open_.back();
    const auto holder = path();
    const auto drop = [&](const std::string& key, std::string text) {
        problems_.add({node.at, key, std::move(text), {}});
        parent.key = PendingKey{"?", node.at, true};
    };
    if (is_alias) return drop(holder, "an alias can't be a key; write the name");
    if (node.kind == YamlNode::Kind::null) return drop(holder, "a key is missing before the ':'");
    if (!is_scalar(node)) return drop(holder, "a key must be a name, found " + describe(node));
    const auto name = join_path(holder, node.text);
    if (node.kind == YamlNode::Kind::plain && node.text == "<<")
        return drop(name, "merge keys are not supported; write the keys out, or use an alias for each value");
    const auto [seen, is_new] = parent.seen.emplace(node.text, node.at);
    if (!is_new) return drop(name, "this key is already set on line " + std::to_string(seen->second.line));
    parent.key = PendingKey{node.text, node.at, false};
}

}  // namespace patchbay::detail
