#include "config/document.hpp"

#include "config/source_text.hpp"
#include "config/yaml_complaint.hpp"
#include "config/yaml_tree.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace patchbay::detail {

std::string describe(const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            return "nothing";
        case YamlNode::Kind::sequence:
            return "a list";
        case YamlNode::Kind::mapping:
            return "a mapping";
        case YamlNode::Kind::plain:
            return '\'' + abbreviate(node.text) + '\'';
        case YamlNode::Kind::quoted:
            return "the string \"" + abbreviate(node.text) + '"';
    }
    return "something else";
}

const SourcePosition& place_of(const YamlNode& node) {
    return node.kind == YamlNode::Kind::null && node.key_at.line != 0 ? node.key_at : node.at;
}

YamlNode read_yaml(std::string_view text, const std::string& file, ConfigProblems& problems) {
    if (text.size() > max_yaml_bytes) problems.give_up({{file}, {}, file_too_large, {}});
    const SourceText source{text, file};
    if (const auto bad = source.find_bad_byte())
        problems.give_up({source.position_of(bad->offset), {}, bad->problem, {}});
    if (const auto line = source.find_directive())
        problems.give_up(
            {source.position(*line, 0), {}, "YAML directives are not used here; remove this line", {}});
    YamlTreeBuilder builder{source, problems};
    try {
        std::istringstream stream{std::string{source.text()}};
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        problems.give_up(explain_yaml_error(error, source, builder.open_bracket()));
    }
    return builder.take_root();
}

std::string join_path(std::string_view parent, std::string_view key) {
    if (parent.empty()) return abbreviate(key);
    return std::string{parent} + '.' + abbreviate(key);
}

std::string index_path(std::string_view parent, std::size_t index) {
    return std::string{parent} + '[' + std::to_string(index) + ']';
}

}  // namespace patchbay::detail
