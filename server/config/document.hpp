// A YAML file as a tree in which every node knows where it stands, read strictly: the one place that knows
// yaml-cpp. The tree belongs to the caller and is used by the thread that loads.
#pragma once

#include "config/error.hpp"
#include "config/regular_file.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

struct YamlNode {
    enum class Kind { null, plain, quoted, sequence, mapping };

    Kind kind = Kind::null;
    std::string text;                // of a scalar
    std::vector<YamlNode> children;  // of a sequence or mapping, in the order of the file
    SourcePosition at;
    std::string key;        // of a mapping's child
    SourcePosition key_at;  // likewise
};

constexpr bool is_scalar(const YamlNode& node) {
    return node.kind == YamlNode::Kind::plain || node.kind == YamlNode::Kind::quoted;
}

/// What the node is, for a message: "'30'", "a list", "nothing".
std::string describe(const YamlNode& node);

/// Where to point when the node's value is wrong: the value, or its key when there is none.
const SourcePosition& place_of(const YamlNode& node);

constexpr std::size_t max_yaml_bytes = max_file_bytes;
constexpr std::size_t max_yaml_depth = 32;
/// Counted after aliases have been replaced by what they stand for.
constexpr std::size_t max_yaml_nodes = 100'000;

/// The tree of `text`, with its aliases replaced; a null node when the file holds nothing. `file` names the
/// text in positions.
///
/// Errors: duplicate keys, merge keys (`<<`), tags, and keys that are not plain names are added to `problems`
/// and left out of the tree. What ends the reading (syntax, encoding, a limit above, a cyclic alias, a second
/// document) throws ConfigError with all the problems so far.
YamlNode read_yaml(std::string_view text, const std::string& file, ConfigProblems& problems);

/// The path of `key` under `parent`: "plugins.watch".
std::string join_path(std::string_view parent, std::string_view key);
/// The path of the `index`th element of `parent`: "routes[0]".
std::string index_path(std::string_view parent, std::size_t index);

}  // namespace patchbay::detail
