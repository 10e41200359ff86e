// Builds the tree of a YAML file from yaml-cpp's events rather than from its nodes: events keep every
// duplicate key, cannot be cyclic, and let each limit be applied before the memory is spent. Made and used by
// read_yaml.
#pragma once

#include "config/document.hpp"
#include "config/source_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace patchbay::detail {

/// Errors: every event may throw ConfigError, with all the problems so far, when the reading has to end.
/// Lifetime: the source and the problems must outlive it.
class YamlTreeBuilder final : public YAML::EventHandler {
public:
    YamlTreeBuilder(const SourceText& source, ConfigProblems& problems)
        : source_{source}, problems_{problems} {}

    YamlNode take_root() { return std::move(root_); }

    /// Where the innermost '[' or '{' that is still open stands.
    std::optional<SourcePosition> open_bracket() const;

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

private:
    struct PendingKey {
        std::string name;
        SourcePosition at;
        bool dropped = false;
    };
    struct OpenNode {
        YamlNode node;
        YAML::anchor_t anchor = YAML::NullAnchor;
        bool in_brackets = false;
        std::optional<PendingKey> key;               // of the value that comes next
        std::map<std::string, SourcePosition> seen;  // the keys so far
    };

    SourcePosition position(const YAML::Mark& mark) const;
    SourcePosition place_of_null(const YAML::Mark& mark) const;
    std::string path() const;
    [[noreturn]] void fail(const SourcePosition& at, std::string text);
    void reject_second_document(const SourcePosition& at);
    void reject_tag(const SourcePosition& at, const std::string& tag);
    void count(std::size_t nodes, const SourcePosition& at);
    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              YAML::EmitterStyle::value style, YamlNode::Kind kind);
    void close();
    void place(YamlNode node, bool is_alias = false);
    void take_key(const YamlNode& node, bool is_alias);

    const SourceText& source_;
    ConfigProblems& problems_;
    YamlNode root_;
    std::vector<OpenNode> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    std::size_t nodes_ = 0;
    bool started_ = false;
};

}  // namespace patchbay::detail
